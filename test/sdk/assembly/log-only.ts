// Tells in its last hook whether the first one has run.

import { Action, HttpFilter, LogLevel, Plugin, log, registerPlugin } from "proxy-wasm-as-sdk";

class LogFilter extends HttpFilter {
  private hasBegun: bool = false;

  onRequestHeaders(endOfStream: bool): Action {
    this.hasBegun = true;
    return Action.Continue;
  }

  onLog(): void {
    this.responseHeaders.get(":status");
    log(LogLevel.Info, this.hasBegun ? "logged after its request" : "logged without a request");
  }
}

class LogPlugin extends Plugin {
  createFilter(): HttpFilter {
    return new LogFilter();
  }
}

registerPlugin(() => new LogPlugin());
