// Answers with the configuration that the stream began with; a request with `x-t-wait` waits for another service before.

import {
  Action,
  Bytes,
  CallResponse,
  HeaderList,
  HttpCall,
  HttpFilter,
  LogLevel,
  Plugin,
  log,
  registerPlugin,
} from "proxy-wasm-as-sdk";

class Wait extends HttpCall {
  constructor(private readonly filter: HttpFilter) {
    super(filter);
  }

  onResponse(response: CallResponse): void {
    this.filter.resumeRequest();
  }
}

class UpdateFilter extends HttpFilter {
  constructor(private readonly config: Bytes) {
    super();
  }

  onRequestHeaders(endOfStream: bool): Action {
    if (!this.requestHeaders.get("x-t-wait")) return Action.Continue;
    const request = new HeaderList()
      .add(":method", "GET")
      .add(":path", "/wait")
      .add(":authority", "call.test");
    new Wait(this).dispatch("stable", request, Bytes.EMPTY, 10000);
    return Action.Pause;
  }

  onResponseHeaders(endOfStream: bool): Action {
    this.responseHeaders.set("x-t-config", this.config);
    return Action.Continue;
  }
}

class UpdatePlugin extends Plugin {
  private config: Bytes = Bytes.EMPTY;

  configure(config: Bytes): bool {
    this.config = config;
    return true;
  }

  createFilter(): HttpFilter {
    return new UpdateFilter(this.config);
  }

  onDone(): bool {
    log(LogLevel.Info, this.config.toString() + " is done");
    return true;
  }
}

registerPlugin(() => new UpdatePlugin());
