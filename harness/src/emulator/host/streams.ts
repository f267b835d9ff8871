import { decodePairs, Status, StreamType } from "../../abi/index.ts";
import { checkEnding, checkResponseResumed } from "../stream/misuse.ts";
import type { Vm } from "../vm/vm.ts";
import type { HostFunctions } from "./imports.ts";

/** Hooks in which Envoy goes on at once when it is told to, though nothing is paused yet. */
const HOOKS_TO_GO_ON_IN: ReadonlySet<string> = new Set([
  "proxy_on_request_headers",
  "proxy_on_request_trailers",
]);

/** Functions that end or resume a stream (proxy-wasm spec 0.2.1). As in Envoy 1.40 they act when the callback ends. */
export function streamFunctions(vm: Vm): HostFunctions {
  const { memory } = vm;

  function resume(type: number): number {
    const context = vm.active;
    const { stream } = context;
    if (type === StreamType.Request || type === StreamType.Response) {
      if (!stream) return Status.Ok;
      if (type === StreamType.Response) checkResponseResumed(context);
      // Envoy goes on before it looks at what the hook returns: a pause that comes of it lasts.
      if (stream.isPaused(context, type)) vm.defer(() => stream.resume(context, type));
      else context.wentOn = type === StreamType.Request && HOOKS_TO_GO_ON_IN.has(context.hook ?? "");
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
      checkEnding(context, "reply");
      vm.iterationStopped = true;
      const { stream } = context;
      if (stream) {
        context.endings.push("reply");
        const reply = {
          code: code >>> 0,
          details: details.replace(/\s+/g, "_"),
          body,
          headers: decodePairs(headers),
          grpcStatus,
        };
        vm.defer(() => {
          context.endings.shift();
          stream.sendLocalReply(reply);
          context.hasReplied = true;
        });
      }
      return Status.Ok;
    },

    proxy_continue_stream: resume,
    proxy_continue_request: () => resume(StreamType.Request),
    proxy_continue_response: () => resume(StreamType.Response),

    proxy_close_stream(type: number) {
      const context = vm.active;
      const { stream, connection } = context;
      if (type === StreamType.Request || type === StreamType.Response) {
        if (stream) {
          checkEnding(context, "reset");
          vm.iterationStopped = true;
          context.endings.push("reset");
          vm.defer(() => {
            context.endings.shift();
            stream.reset("wasm_close_stream");
          });
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
