// Counts requests by tenant in shared data; what is stored changes its size from time to time.

import {
  Action,
  Bytes,
  BytesBuilder,
  HttpFilter,
  SharedValue,
  Status,
  getSharedData,
  registerPlugin,
  setSharedData,
} from "proxy-wasm-as-sdk";
import { WatchedPlugin } from "./watch";

const ATTEMPTS: i32 = 20;
const PAD = Bytes.of(" 0123456789abcdef".repeat(64));

class SharedFilter extends HttpFilter {
  private before: SharedValue | null = null;
  private count: i64 = 0;

  constructor(private readonly plugin: SharedPlugin) {
    super();
  }

  onRequestHeaders(_endOfStream: bool): Action {
    this.plugin.note();
    const tenant = this.requestHeaders.get("x-soak-tenant");
    if (!tenant) return this.reply(400).send();
    const key = new BytesBuilder().append("soak/").append(tenant).take();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const status = this.countOne(key);
      if (status == Status.Ok) return Action.Continue;
      if (status != Status.CasMismatch) break;
    }
    return this.reply(500).send();
  }

  onResponseHeaders(_endOfStream: bool): Action {
    this.responseHeaders.set("x-soak-count", this.count.toString());
    return Action.Continue;
  }

  onDone(): void {
    this.plugin.note();
  }

  private countOne(key: Bytes): Status {
    const before = getSharedData(key);
    this.before = before;
    this.count = 1;
    if (before) {
      const stored = before.value;
      const end = stored.indexOf(0x20);
      const count = stored.slice(0, end < 0 ? i32.MAX_VALUE : end).parseUint();
      if (count < 1) return Status.ParseFailure;
      this.count = count + 1;
    }
    const pad = PAD.slice(0, <i32>((this.count * 37) % PAD.length));
    const value = new BytesBuilder().appendDecimal(this.count).append(pad).take();
    return setSharedData(key, value, before ? before.cas : 0);
  }
}

class SharedPlugin extends WatchedPlugin {
  createFilter(): HttpFilter {
    return new SharedFilter(this);
  }
}

registerPlugin(() => new SharedPlugin());
