// Keeps nothing but its plugin: one filter serves all streams of it, and must be the right one.

import { Action, Bytes, HttpFilter, Plugin, registerPlugin } from "proxy-wasm-as-sdk";

class LabelFilter extends HttpFilter {
  constructor(private readonly plugin: LabelPlugin) {
    super();
  }

  onRequestHeaders(_endOfStream: bool): Action {
    this.requestHeaders.add("x-t-plugin", this.plugin.label);
    return Action.Continue;
  }

  onResponseHeaders(_endOfStream: bool): Action {
    this.responseHeaders.add("x-t-plugin", this.plugin.label);
    return Action.Continue;
  }
}

class LabelPlugin extends Plugin {
  label: Bytes = Bytes.EMPTY;

  configure(config: Bytes): bool {
    this.label = config;
    return config.toString() != "refused";
  }

  createFilter(): HttpFilter {
    return new LabelFilter(this);
  }
}

registerPlugin(() => new LabelPlugin());
