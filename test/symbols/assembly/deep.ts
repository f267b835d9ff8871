// Traps three calls deep, in the way that a request's `x-way` or the configuration names. The tests know its lines.

import { Action, Bytes, HttpFilter, Plugin, registerPlugin } from "proxy-wasm-as-sdk";

function descend(depth: i32, way: string): i32 {
  if (depth > 0) return descend(depth - 1, way) + 1;
  if (way == "unreachable") unreachable();
  const numbers = new Array<i32>(2);
  return numbers[way.length];
}

class DeepFilter extends HttpFilter {
  onRequestHeaders(_endOfStream: bool): Action {
    const way = this.requestHeaders.get("x-way");
    if (!way) return Action.Continue;
    return descend(2, way.toString()) > 0 ? Action.Pause : Action.Continue;
  }
}

class DeepPlugin extends Plugin {
  configure(config: Bytes): bool {
    return config.length == 0 || descend(2, config.toString()) > 0;
  }

  createFilter(): HttpFilter {
    return new DeepFilter();
  }
}

registerPlugin(() => new DeepPlugin());
