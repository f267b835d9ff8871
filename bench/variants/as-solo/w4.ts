// Pass-through.

export * from "@solo-io/proxy-runtime/proxy";
import { Context, FilterHeadersStatusValues, registerRootContext, RootContext } from "@solo-io/proxy-runtime";

class Filter extends Context {
  onRequestHeaders(_count: u32, _endOfStream: bool): FilterHeadersStatusValues {
    return FilterHeadersStatusValues.Continue;
  }

  onResponseHeaders(_count: u32, _endOfStream: bool): FilterHeadersStatusValues {
    return FilterHeadersStatusValues.Continue;
  }
}

class Root extends RootContext {
  createContext(id: u32): Context {
    return new Filter(id, this);
  }
}

registerRootContext((id: u32) => {
  return new Root(id);
}, "bench");
