// API key: one of the configured ones (one a line), or 401.

import { Action, Bytes, BytesMap, HttpFilter, Plugin, registerPlugin } from "proxy-wasm-as-sdk";

const API_KEY = Bytes.of("x-api-key");
const LINE_FEED: u8 = 0x0a;

class ApiKeyFilter extends HttpFilter {
  constructor(private readonly keys: BytesMap<bool>) {
    super();
  }

  onRequestHeaders(_endOfStream: bool): Action {
    const key = this.requestHeaders.get(API_KEY);
    return key && this.keys.has(key) ? Action.Continue : this.reply(401).send();
  }
}

class ApiKeyPlugin extends Plugin {
  private readonly keys: BytesMap<bool> = new BytesMap<bool>();

  configure(config: Bytes): bool {
    let from = 0;
    while (from < config.length) {
      const lineEnd = config.indexOf(LINE_FEED, from);
      const to = lineEnd < 0 ? config.length : lineEnd;
      this.keys.set(config.slice(from, to), true);
      from = to + 1;
    }
    return true;
  }

  createFilter(): HttpFilter {
    return new ApiKeyFilter(this.keys);
  }
}

registerPlugin(() => new ApiKeyPlugin());
