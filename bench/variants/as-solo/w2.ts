// API key: one of the configured ones (one a line), or 401.

export * from "@solo-io/proxy-runtime/proxy";
import {
  Context,
  FilterHeadersStatusValues,
  GrpcStatusValues,
  registerRootContext,
  RootContext,
  send_local_response,
  stream_context,
} from "@solo-io/proxy-runtime";

class Root extends RootContext {
  keys: Map<string, bool> = new Map<string, bool>();

  onConfigure(size: u32): bool {
    const ok = super.onConfigure(size);
    const lines = this.getConfiguration().split("\n");
    for (let i = 0; i < lines.length; i++) this.keys.set(lines[i], true);
    return ok;
  }

  createContext(id: u32): Context {
    return new Filter(id, this);
  }
}

class Filter extends Context {
  onRequestHeaders(_count: u32, _endOfStream: bool): FilterHeadersStatusValues {
    const key = stream_context.headers.request.get("x-api-key");
    const root = changetype<Root>(this.root_context);
    if (key != "" && root.keys.has(key)) return FilterHeadersStatusValues.Continue;
    send_local_response(401, "", new ArrayBuffer(0), [], GrpcStatusValues.Unauthenticated);
    return FilterHeadersStatusValues.StopIteration;
  }
}

registerRootContext((id: u32) => {
  return new Root(id);
}, "bench");
