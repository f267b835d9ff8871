// A filter without fields: one instance serves all streams.

import { Action, HttpFilter, Plugin, registerPlugin } from "proxy-wasm-as-sdk";

class StatelessFilter extends HttpFilter {
  onRequestHeaders(_endOfStream: bool): Action {
    this.requestHeaders.set("x-t-stream", this.id.toString());
    return Action.Continue;
  }
}

class StatelessPlugin extends Plugin {
  createFilter(): HttpFilter {
    return new StatelessFilter();
  }
}

registerPlugin(() => new StatelessPlugin());
