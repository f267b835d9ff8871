// Two plugins in one module: "marker" marks requests, "passer" leaves the filter to the SDK and ticks.

import { Action, HttpFilter, LogLevel, Plugin, log, registerPlugin } from "proxy-wasm-as-sdk";

class MarkerFilter extends HttpFilter {
  onRequestHeaders(_endOfStream: bool): Action {
    this.requestHeaders.add("x-t-marked", "1");
    return Action.Continue;
  }
}

class MarkerPlugin extends Plugin {
  createFilter(): HttpFilter {
    return new MarkerFilter();
  }
}

class PasserPlugin extends Plugin {
  onTick(): void {
    log(LogLevel.Info, "passer ticks");
  }
}

registerPlugin(() => new MarkerPlugin(), "marker");
registerPlugin(() => new PasserPlugin(), "passer");
