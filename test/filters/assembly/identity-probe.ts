// A filter behind the one under test: shows upstream what filter state it finds.

import {
  Action,
  Bytes,
  HttpFilter,
  Plugin,
  getProperty,
  propertyPath,
  registerPlugin,
} from "proxy-wasm-as-sdk";

const IDENTITY = propertyPath(["auth.identity"]);
const SUBJECT = propertyPath(["auth.subject"]);
const PROVIDER = propertyPath(["auth.provider"]);

class ProbeFilter extends HttpFilter {
  onRequestHeaders(endOfStream: bool): Action {
    this.show(Bytes.of("x-seen-identity"), IDENTITY);
    this.show(Bytes.of("x-seen-subject"), SUBJECT);
    this.show(Bytes.of("x-seen-provider"), PROVIDER);
    return Action.Continue;
  }

  private show(header: Bytes, path: Bytes): void {
    const value = getProperty(path);
    if (value) this.requestHeaders.set<Bytes, Bytes>(header, value);
  }
}

class ProbePlugin extends Plugin {
  createFilter(): HttpFilter {
    return new ProbeFilter();
  }
}

registerPlugin(() => new ProbePlugin());
