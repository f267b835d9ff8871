import { decodePairs, Status, StreamType } from "../../abi/index.ts";
import type { Vm } from "../vm/vm.ts";
import type { HostFunctions } from "./imports.ts";

/** Functions that end or resume a stream (proxy-wasm spec 0.2.1). As in Envoy 1.40 they act when the callback ends. */
export function streamFunctions(vm: Vm): HostFunctions {
  const { memory } = vm;

  function resume(type: number): number {
    const context = vm.active;
    const { stream } = context;
    if (type === StreamType.Request || type === StreamType.Response) {
      if (!stream) return Status.Ok;
      vm.defer(() => stream.resume(context, type));
      context.maps[0] = context.maps[1] = undefined;
      context.bodies[0] = undefined;
      context.freedBodies[0] = false;
      return Status.Ok;
    }
    if (type === StreamType.Downstream) {
      const { connection } = context;
      if (connection) vm.defer(() => connection.resume(context));
      return Status.Ok;
    }
    return type === StreamType.Upstream ? Status.Unimplemented : Status.BadArgument;
  }

  return {
    proxy_send_local_response(
      code: number,
      detailsAt: number,
      detailsSize: number,
      bodyAt: number,
      bodySize: number,
      headersAt: number,
      headersSize: number,
      grpcStatus: number,
    ) {
      const details = memory.text(detailsAt, detailsSize);
      const body = memory.copy(bodyAt, bodySize);
      const headers = memory.view(headersAt, headersSize);
      if (details === undefined || !body || !headers) return Status.InvalidMemoryAccess;
      const context = vm.active;
      vm.iterationStopped = true;
      const { stream } = context;
      if (stream) {
        const reply = {
          code: code >>> 0,
          details: details.replace(/\s+/g, "_"),
          body,
          headers: decodePairs(headers),
          grpcStatus,
        };
        vm.defer(() => stream.sendLocalReply(reply));
      }
      return Status.Ok;
    },

    proxy_continue_stream: resume,
    proxy_continue_request: () => resume(StreamType.Request),
    proxy_continue_response: () => resume(StreamType.Response),

    proxy_close_stream(type: number) {
      const { stream, connection } = vm.active;
      if (type === StreamType.Request || type === StreamType.Response) {
        if (stream) {
          vm.iterationStopped = true;
          vm.defer(() => stream.reset("wasm_close_stream"));
        }
        return Status.Ok;
      }
      if (type !== StreamType.Downstream && type !== StreamType.Upstream) return Status.BadArgument;
      if (connection) vm.defer(() => connection.close());
      return Status.Ok;
    },

    /** ABI 0.1.0 only. */
    proxy_clear_route_cache() {
      vm.active.stream?.clearRouteCache();
      return Status.Ok;
    },
  };
}
