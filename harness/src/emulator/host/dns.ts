import { Status } from "../../abi/index.ts";
import { HostCrashError } from "../errors.ts";
import { Body } from "../headers/body.ts";
import type { Vm } from "../vm/vm.ts";
import type { HostFunctions } from "./imports.ts";

const IPV4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;

/**
 * envoy_resolve_dns of Envoy 1.40: addresses and localhost are answered before it returns, all other names soon after,
 * and here none of them exists.
 */
export function dnsFunctions(vm: Vm): HostFunctions {
  const { memory, host } = vm;
  let nextToken = 1;
  return {
    envoy_resolve_dns(nameAt: number, nameSize: number, tokenOut: number) {
      const name = memory.text(nameAt, nameSize);
      if (name === undefined || !memory.setU32(tokenOut, nextToken)) return Status.InvalidMemoryAccess;
      const token = nextToken++;
      const { root } = vm.active;
      const answer = (addresses: readonly string[]): void => {
        if (vm.isFailed || vm.isKilled) return;
        if (vm.contexts.get(root.id) !== root)
          throw new HostCrashError("a name is resolved for a plugin that has been deleted");
        root.callData = addresses.length > 0 ? new Body(encode(addresses)) : new Body();
        vm.invoke(root, "envoy_on_resolve_dns", root.id, token, root.callData.length);
      };
      const known = IPV4.test(name) ? `${name}:0` : name === "localhost" ? "[::1]:0" : undefined;
      if (known !== undefined) answer([known]);
      else
        host.post(() => {
          answer([]);
          vm.iterationStopped = false;
          vm.runDeferred();
        });
      return Status.Ok;
    },
  };
}

/** The count, a lifetime of 0 seconds for each, the addresses with NULs behind. */
function encode(addresses: readonly string[]): Buffer {
  const numbers = Buffer.alloc(4 + 4 * addresses.length);
  numbers.writeUInt32LE(addresses.length);
  return Buffer.concat([numbers, Buffer.from(addresses.map((address) => `${address}\0`).join(""))]);
}
