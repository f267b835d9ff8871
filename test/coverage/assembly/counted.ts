// What the test of coverage counts, line by line and branch by branch: nothing here changes without it.

import { Action, HttpFilter, Plugin, registerPlugin } from "proxy-wasm-as-sdk";

// @ts-ignore: decorator
@inline
function square(value: i32): i32 {
  return value * value;
}

function sumTo(limit: i32): i32 {
  let sum = 0;
  for (let i = 1; i <= limit; i++) {
    if (i % 3 == 0) continue;
    sum += square(i) + square(1);
  }
  return sum;
}

function kind(value: i32): string {
  switch (value) {
    case 1:
      return "one";
    case 2:
    case 3:
      return "few";
    default:
      return "many";
  }
}

function atMost<T extends number>(value: T, most: T): T {
  if (value > most) return most;
  return value;
}

function either(a: bool, b: bool): i32 {
  let turns = 0;
  while (turns < 2) turns++;
  do turns--;
  while (turns > 0);
  const both = a && b;
  return a || b ? (both ? 2 : 1) : 0;
}

class CountedFilter extends HttpFilter {
  onRequestHeaders(_endOfStream: bool): Action {
    const found = this.requestHeaders.get("x-number");
    if (!found) return Action.Continue;
    const number = found.length;
    if (ASC_TARGET == 0) return Action.Pause;
    const least = atMost<i32>(number, 2) + i32(atMost<f64>(number, 2));
    assert(least > 0, "never");
    const again = this.requestHeaders.get("x-number")!;
    const text = `${sumTo(number)} ${kind(number)} ${least} ${either(number == 1, number < 3)} ${again.length}`;
    this.requestHeaders.set("x-text", text);
    return Action.Continue;
  }

  onResponseHeaders(_endOfStream: bool): Action {
    const found = this.responseHeaders.get("x-none");
    if (found) {
      this.responseHeaders.remove("x-none");
      return Action.Pause;
    }
    return Action.Continue;
  }
}

class CountedPlugin extends Plugin {
  createFilter(): HttpFilter {
    return new CountedFilter();
  }
}

registerPlugin(() => new CountedPlugin());
