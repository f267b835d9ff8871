// Header rewrite: x-out from x-user, no x-secret for upstream, x-filter for the client.

import { Action, Bytes, BytesBuilder, HttpFilter, Plugin, registerPlugin } from "proxy-wasm-as-sdk";

const USER = Bytes.of("x-user");
const OUT = Bytes.of("x-out");
const PREFIX = Bytes.of("u:");
const SECRET = Bytes.of("x-secret");
const FILTER = Bytes.of("x-filter");
const ONE = Bytes.of("1");

/** Room for the value, kept from one request to the next. */
const text = new BytesBuilder(256);

class HeaderRewrite extends HttpFilter {
  onRequestHeaders(_endOfStream: bool): Action {
    const headers = this.requestHeaders;
    const user = headers.get(USER);
    if (user) headers.set(OUT, text.clear().append(PREFIX).append(user).view());
    headers.remove(SECRET);
    return Action.Continue;
  }

  onResponseHeaders(_endOfStream: bool): Action {
    this.responseHeaders.add(FILTER, ONE);
    return Action.Continue;
  }
}

class HeaderRewritePlugin extends Plugin {
  createFilter(): HttpFilter {
    return new HeaderRewrite();
  }
}

registerPlugin(() => new HeaderRewritePlugin());
