// Traps in the way that a request's `x-t-trap` names.

import { Action, HttpFilter, Plugin, registerPlugin } from "proxy-wasm-as-sdk";

class TrapFilter extends HttpFilter {
  private readonly numbers: Array<i32> = [1, 2, 3];
  private readonly byName: Map<string, i32> = new Map<string, i32>();

  onRequestHeaders(_endOfStream: bool): Action {
    const found = this.requestHeaders.get("x-t-trap");
    if (!found) return Action.Continue;
    const way = found.toString();
    const index = found.length + 100;
    // eslint-disable-next-line no-restricted-syntax -- what this filter is for
    if (way == "throw") throw new Error("thrown on purpose, grün");
    if (way == "assert") assert(index < 0, "asserted on purpose");
    if (way == "long") assert(index < 0, "long ".repeat(1000));
    if (way == "index") return this.numbers[index];
    if (way == "key") return this.byName.get(way);
    if (way == "null") return this.requestHeaders.get("x-t-none")!.length;
    if (way == "unreachable") unreachable();
    return Action.Continue;
  }
}

class TrapPlugin extends Plugin {
  createFilter(): HttpFilter {
    return new TrapFilter();
  }
}

registerPlugin(() => new TrapPlugin());
