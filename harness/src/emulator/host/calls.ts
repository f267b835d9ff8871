import { decodePairs, Status } from "../../abi/index.ts";
import { startCallout } from "../callouts.ts";
import type { Vm } from "../vm/vm.ts";
import { giveText } from "./give.ts";
import type { HostFunctions } from "./imports.ts";

/** HTTP callouts, and the status of callouts of any kind (proxy-wasm spec 0.2.1). */
export function callFunctions(vm: Vm): HostFunctions {
  const { memory } = vm;
  return {
    proxy_http_call(
      clusterAt: number,
      clusterSize: number,
      headersAt: number,
      headersSize: number,
      bodyAt: number,
      bodySize: number,
      trailersAt: number,
      trailersSize: number,
      timeout: number,
      tokenOut: number,
    ) {
      const cluster = memory.text(clusterAt, clusterSize);
      const headers = memory.view(headersAt, headersSize);
      const body = memory.copy(bodyAt, bodySize);
      const trailers = memory.view(trailersAt, trailersSize);
      if (cluster === undefined || !headers || !body || !trailers) return Status.InvalidMemoryAccess;
      const call = { cluster, headers: decodePairs(headers), body, trailers: decodePairs(trailers), timeout };
      const token = startCallout(vm, vm.active.root, call);
      if (token === undefined) return Status.BadArgument;
      return memory.setU32(tokenOut, token) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    proxy_get_status(codeOut: number, pointerOut: number, sizeOut: number) {
      const [code, message] = vm.active.root.status;
      return memory.setU32(codeOut, code)
        ? giveText(vm, message, pointerOut, sizeOut)
        : Status.InvalidMemoryAccess;
    },
  };
}
