// Plugins that return the same filter again and again, and HTTP filters without a hook of the request. Configured with
// `early`, the filter is made before any stream.

import {
  Action,
  Bytes,
  HttpFilter,
  NetworkFilter,
  Plugin,
  decimalText,
  registerPlugin,
} from "proxy-wasm-as-sdk";

class Kept extends HttpFilter {
  onResponseHeaders(endOfStream: bool): Action {
    this.responseHeaders.set("x-t-stream", decimalText(this.id));
    return Action.Continue;
  }
}

class KeepingPlugin extends Plugin {
  private filter: HttpFilter | null = null;

  configure(config: Bytes): bool {
    if (config == Bytes.of("early")) this.filter = new Kept();
    return true;
  }

  createFilter(): HttpFilter {
    let filter = this.filter;
    if (!filter) {
      filter = new Kept();
      this.filter = filter;
    }
    return filter;
  }
}

class KeptConnection extends NetworkFilter {
  onDownstreamData(size: i32, endOfStream: bool): Action {
    return Action.Continue;
  }
}

class KeepingConnections extends Plugin {
  private filter: NetworkFilter | null = null;

  createNetworkFilter(): NetworkFilter | null {
    let filter = this.filter;
    if (!filter) {
      filter = new KeptConnection();
      this.filter = filter;
    }
    return filter;
  }
}

registerPlugin(() => new KeepingPlugin(), "streams");
registerPlugin(() => new KeepingConnections(), "connections");
