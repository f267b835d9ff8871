// Pass-through: entered for both directions, does nothing.

import { Action, HttpFilter, Plugin, registerPlugin } from "proxy-wasm-as-sdk";

class PassThrough extends HttpFilter {
  onRequestHeaders(_endOfStream: bool): Action {
    return Action.Continue;
  }

  onResponseHeaders(_endOfStream: bool): Action {
    return Action.Continue;
  }
}

class PassThroughPlugin extends Plugin {
  createFilter(): HttpFilter {
    return new PassThrough();
  }
}

registerPlugin(() => new PassThroughPlugin());
