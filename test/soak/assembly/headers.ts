// Rewrites headers, keeps some of them until the response, refuses what asks for it.

import { Action, Bytes, BytesBuilder, HttpFilter, registerPlugin } from "proxy-wasm-as-sdk";
import { WatchedPlugin } from "./watch";

const TAIL: i32 = 16;

class HeadersFilter extends HttpFilter {
  private longest: Bytes = Bytes.EMPTY;
  private readonly kept: Array<Bytes> = [];

  constructor(private readonly plugin: HeadersPlugin) {
    super();
  }

  onRequestHeaders(_endOfStream: bool): Action {
    this.plugin.note();
    const headers = this.requestHeaders;
    const pairs = headers.pairs();
    for (let i = 0; i < pairs.length; i++) {
      const value = pairs.value(i);
      if (pairs.name(i).startsWith(Bytes.of("x-soak-keep-"))) this.kept.push(value);
      if (value.length > this.longest.length) this.longest = value;
    }
    headers.remove("x-internal-user");
    headers.set("x-soak-longest", this.longest);
    headers.add("x-via", new BytesBuilder().append("soak ").appendDecimal(pairs.length).take());
    if (!headers.get("x-soak-refuse")) return Action.Continue;
    return this.reply(403).header("x-soak-why", this.longest.slice(0, 64)).body("refused").send();
  }

  onResponseHeaders(_endOfStream: bool): Action {
    const headers = this.responseHeaders;
    headers.set("x-soak-kept", this.kept.length.toString());
    // From memory that was filled when the request came.
    headers.set("x-soak-tail", this.longest.slice(this.longest.length - TAIL));
    headers.remove("x-soak-secret");
    return Action.Continue;
  }

  onDone(): void {
    this.plugin.note();
  }
}

class HeadersPlugin extends WatchedPlugin {
  createFilter(): HttpFilter {
    return new HeadersFilter(this);
  }
}

registerPlugin(() => new HeadersPlugin());
