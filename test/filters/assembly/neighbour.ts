// Stands in for the filters around one under test: writes what an earlier one would, shows what a later one can read.

import {
  Action,
  Bytes,
  HttpFilter,
  Plugin,
  getProperty,
  propertyPath,
  registerPlugin,
  setProperty,
} from "proxy-wasm-as-sdk";

const IDENTITY = Bytes.of("x-test-identity");
const AUTH_IDENTITY = Bytes.of("auth.identity");
const CANARY_VARIANT = propertyPath(["canary.variant"]);
const CANARY_REASON = propertyPath(["canary.reason"]);

class NeighbourFilter extends HttpFilter {
  onRequestHeaders(endOfStream: bool): Action {
    const identity = this.requestHeaders.get(IDENTITY);
    if (identity) {
      setProperty(AUTH_IDENTITY, identity);
      this.requestHeaders.remove(IDENTITY);
    }
    const variant = getProperty(CANARY_VARIANT);
    const reason = getProperty(CANARY_REASON);
    if (variant) this.requestHeaders.set("x-seen-variant", variant);
    if (reason) this.requestHeaders.set("x-seen-reason", reason);
    return Action.Continue;
  }
}

class NeighbourPlugin extends Plugin {
  createFilter(): HttpFilter {
    return new NeighbourFilter();
  }
}

registerPlugin(() => new NeighbourPlugin());
