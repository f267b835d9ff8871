// Hooks and a field that come from a base class of the filter, and a call that only a plugin makes.

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

abstract class CountingFilter extends HttpFilter {
  protected seen: i32 = 0;

  onResponseBody(size: i32, _endOfStream: bool): Action {
    this.seen += size;
    return Action.Continue;
  }
}

class DerivedFilter extends CountingFilter {
  onResponseTrailers(): Action {
    this.responseTrailers.set("x-t-seen", this.seen.toString());
    return Action.Continue;
  }
}

class PolledValue extends HttpCall {
  onResponse(response: CallResponse): void {
    log(LogLevel.Info, "polled " + response.status.toString() + " " + response.body.read().toString());
  }
}

class DerivedPlugin extends Plugin {
  configure(_config: Bytes): bool {
    this.setTickPeriod(50);
    return true;
  }

  createFilter(): HttpFilter {
    return new DerivedFilter();
  }

  onTick(): void {
    const headers = new HeaderList()
      .add(":method", "GET")
      .add(":path", "/poll")
      .add(":authority", "poll.test");
    new PolledValue(this).dispatch("stable", headers, Bytes.EMPTY, 1000);
  }

  onDone(): bool {
    log(LogLevel.Info, "derived plugin is done");
    return true;
  }
}

registerPlugin(() => new DerivedPlugin());
