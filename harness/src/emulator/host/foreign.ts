import { Status } from "../../abi/index.ts";
import { FOREIGN_FUNCTIONS } from "../foreign/index.ts";
import { HostCrashError } from "../errors.ts";
import type { Vm } from "../vm/vm.ts";
import { giveBytes } from "./give.ts";
import type { HostFunctions } from "./imports.ts";

/** proxy_call_foreign_function (proxy-wasm spec 0.2.1) with the functions that Envoy 1.40 registers. */
export function foreignFunctions(vm: Vm): HostFunctions {
  const { memory } = vm;
  return {
    proxy_call_foreign_function(
      nameAt: number,
      nameSize: number,
      argumentAt: number,
      argumentSize: number,
      pointerOut: number,
      sizeOut: number,
    ) {
      const name = memory.text(nameAt, nameSize);
      const argument = memory.copy(argumentAt, argumentSize);
      if (name === undefined || !argument) return Status.InvalidMemoryAccess;
      const run = FOREIGN_FUNCTIONS.get(name);
      if (!run) return Status.NotFound;
      const result = run(vm.active, Buffer.from(argument.buffer));
      if (typeof result === "number") return result;
      if (pointerOut === 0 && sizeOut === 0) return Status.Ok;
      const status = giveBytes(vm, result, pointerOut, sizeOut);
      if (status === Status.InvalidMemoryAccess)
        throw new HostCrashError(
          `there is no memory for what ${name} returns, and it is written nevertheless`,
        );
      return status;
    },
  };
}
