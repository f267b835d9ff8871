// Keeps memory for good: `x-t-keep` says how many KiB. It goes upstream with what it has kept so far, and whether
// `x-t-secret` was there.

import { Action, Bytes, HttpFilter, Plugin, decimalText, registerPlugin } from "proxy-wasm-as-sdk";
import { allocateBuffer } from "proxy-wasm-as-sdk/assembly/bytes";

const kept = new Array<ArrayBuffer>();

class HoardFilter extends HttpFilter {
  onRequestHeaders(endOfStream: bool): Action {
    const amount = this.requestHeaders.get("x-t-keep");
    if (amount) kept.push(allocateBuffer((<u32>amount.parseUint()) << 10));
    const secret = this.requestHeaders.get("x-t-secret");
    if (secret && secret.equals(Bytes.of("denied"))) return this.reply(403).send();
    this.requestHeaders.set("x-t-seen", secret ? secret.length.toString() : "nothing");
    this.requestHeaders.set("x-t-kept", decimalText(kept.length));
    return Action.Continue;
  }
}

class HoardPlugin extends Plugin {
  createFilter(): HttpFilter {
    return new HoardFilter();
  }
}

registerPlugin(() => new HoardPlugin());
