// Puts the version from its configuration on requests and responses. The configuration is large, and is kept.

import { Action, Bytes, HttpFilter, registerPlugin } from "proxy-wasm-as-sdk";
import { WatchedPlugin } from "./watch";

class VersionFilter extends HttpFilter {
  constructor(private readonly plugin: VersionPlugin) {
    super();
  }

  onRequestHeaders(_endOfStream: bool): Action {
    this.plugin.note();
    this.requestHeaders.set("x-soak-number", this.plugin.version);
    return Action.Continue;
  }

  onResponseHeaders(_endOfStream: bool): Action {
    this.responseHeaders.set("x-soak-version", this.plugin.version);
    return Action.Continue;
  }

  onDone(): void {
    this.plugin.note();
  }
}

class VersionPlugin extends WatchedPlugin {
  version: Bytes = Bytes.EMPTY;

  configure(config: Bytes): bool {
    this.version = config.slice(0, config.indexOf(0x20));
    return super.configure(config);
  }

  createFilter(): HttpFilter {
    return new VersionFilter(this);
  }
}

registerPlugin(() => new VersionPlugin());
