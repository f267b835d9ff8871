// Lets everything pass.

import { Action, HttpFilter, registerPlugin } from "proxy-wasm-as-sdk";
import { WatchedPlugin } from "./watch";

class PassFilter extends HttpFilter {
  constructor(private readonly plugin: PassPlugin) {
    super();
  }

  onRequestHeaders(_endOfStream: bool): Action {
    this.plugin.note();
    return Action.Continue;
  }

  onResponseHeaders(_endOfStream: bool): Action {
    return Action.Continue;
  }

  onDone(): void {
    this.plugin.note();
  }
}

class PassPlugin extends WatchedPlugin {
  createFilter(): HttpFilter {
    return new PassFilter(this);
  }
}

registerPlugin(() => new PassPlugin());
