// Grows its memory by as many pages as a request's `x-grow` says.

import { Action, HttpFilter, Plugin, registerPlugin } from "proxy-wasm-as-sdk";

class GrowFilter extends HttpFilter {
  onRequestHeaders(_endOfStream: bool): Action {
    const pages = this.requestHeaders.get("x-grow");
    if (pages) memory.grow(pages.at(0) - 0x30);
    return Action.Continue;
  }
}

class GrowPlugin extends Plugin {
  createFilter(): HttpFilter {
    return new GrowFilter();
  }
}

registerPlugin(() => new GrowPlugin());
