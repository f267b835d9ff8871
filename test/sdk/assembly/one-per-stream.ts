// Refers to its plugin only, too, but hands itself on: each stream must have a filter of its own.

import { Action, HttpFilter, Plugin, registerPlugin } from "proxy-wasm-as-sdk";

class KeptFilter extends HttpFilter {
  constructor(private readonly plugin: KeepingPlugin) {
    super();
  }

  onRequestHeaders(_endOfStream: bool): Action {
    const before = this.plugin.last;
    const text = before ? before.id.toString() : "none";
    this.requestHeaders.set("x-t-before", text);
    this.requestHeaders.set("x-t-stream", this.id.toString());
    this.plugin.last = this;
    return Action.Continue;
  }
}

class KeepingPlugin extends Plugin {
  last: KeptFilter | null = null;

  createFilter(): HttpFilter {
    return new KeptFilter(this);
  }
}

registerPlugin(() => new KeepingPlugin());
