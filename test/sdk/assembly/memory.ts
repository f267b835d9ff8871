// Keeps something per stream; replies, asks another cluster and waits, or passes, as the request says.

import {
  Action,
  Bytes,
  CallResponse,
  HeaderList,
  HttpCall,
  HttpFilter,
  Plugin,
  registerPlugin,
} from "proxy-wasm-as-sdk";

class Question extends HttpCall {
  constructor(private readonly filter: MemoryFilter) {
    super(filter);
  }

  onResponse(response: CallResponse): void {
    this.filter.requestHeaders.set("x-t-answer", response.body.read());
    this.filter.resumeRequest();
  }
}

class MemoryFilter extends HttpFilter {
  private readonly kept: Array<Bytes> = new Array<Bytes>();

  onRequestHeaders(_endOfStream: bool): Action {
    const headers = this.requestHeaders;
    this.kept.push(headers.pairs().value(0));
    for (let i = 0; i < 4; i++) this.kept.push(Bytes.of("value " + i.toString()));
    const wish = headers.get("x-t-wish");
    if (!wish) return Action.Continue;
    if (wish == Bytes.of("reply")) return this.reply(403).header("x-t-why", "wished").body("no").send();
    const request = new HeaderList().add(":method", "GET").add(":path", "/").add(":authority", "a.test");
    new Question(this).dispatch("authority", request, Bytes.EMPTY, 0);
    return Action.Pause;
  }

  onResponseHeaders(_endOfStream: bool): Action {
    this.responseHeaders.set("x-t-kept", this.kept.length.toString());
    return Action.Continue;
  }
}

class MemoryPlugin extends Plugin {
  createFilter(): HttpFilter {
    return new MemoryFilter();
  }
}

registerPlugin(() => new MemoryPlugin());
