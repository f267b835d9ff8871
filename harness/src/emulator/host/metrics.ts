import { Status } from "../../abi/index.ts";
import type { Vm } from "../vm/vm.ts";
import type { HostFunctions } from "./imports.ts";

/** Metric functions (proxy-wasm spec 0.2.1), with the ids and statuses of Envoy 1.40. */
export function metricFunctions(vm: Vm): HostFunctions {
  const { memory, metrics } = vm;
  return {
    proxy_define_metric(type: number, nameAt: number, nameSize: number, idOut: number) {
      const name = memory.text(nameAt, nameSize);
      if (name === undefined) return Status.InvalidMemoryAccess;
      const id = metrics.define(type >>> 0, name);
      if (id === undefined) return Status.BadArgument;
      return memory.setU32(idOut, id) ? Status.Ok : Status.InvalidMemoryAccess;
    },
    proxy_increment_metric: (id: number, offset: bigint) => metrics.increment(id, offset),
    proxy_record_metric: (id: number, value: bigint) => metrics.record(id, value),
    proxy_get_metric(id: number, valueOut: number) {
      const value = metrics.get(id);
      if (typeof value === "number") return value;
      return memory.setU64(valueOut, value) ? Status.Ok : Status.InvalidMemoryAccess;
    },
  };
}
