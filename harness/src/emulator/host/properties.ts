import { Status } from "../../abi/index.ts";
import { readProperty } from "../properties/read.ts";
import type { Vm } from "../vm/vm.ts";
import { giveBytes } from "./give.ts";
import type { HostFunctions } from "./imports.ts";

/** Property functions (proxy-wasm spec 0.2.1); names and encodings are those of Envoy 1.40. */
export function propertyFunctions(vm: Vm): HostFunctions {
  const { memory } = vm;
  return {
    proxy_get_property(pathAt: number, pathSize: number, pointerOut: number, sizeOut: number) {
      const path = memory.text(pathAt, pathSize);
      if (path === undefined) return Status.InvalidMemoryAccess;
      const value = readProperty(vm.active, path);
      return typeof value === "number" ? value : giveBytes(vm, value, pointerOut, sizeOut);
    },

    proxy_set_property(pathAt: number, pathSize: number, valueAt: number, valueSize: number) {
      const path = memory.text(pathAt, pathSize);
      const value = memory.copy(valueAt, valueSize);
      if (path === undefined || !value) return Status.InvalidMemoryAccess;
      const { peers, root } = vm.active;
      if (!peers) return Status.NotFound;
      const isReadOnly = root.prototypes?.get(path)?.readOnly ?? false;
      return peers.filterState.set(`wasm.${path}`, value, isReadOnly) ? Status.Ok : Status.BadArgument;
    },
  };
}
