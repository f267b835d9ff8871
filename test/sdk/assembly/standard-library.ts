// A filter written with what AssemblyScript itself offers. The top level runs in `_initialize`, where hosts allow little.

import { Action, HttpFilter, Plugin, registerPlugin } from "proxy-wasm-as-sdk";

const loadedAt = Date.now();
const drawnAtLoad = Math.random();
console.info("loaded");
trace("traced at load", 1, 1);

class StandardFilter extends HttpFilter {
  onRequestHeaders(endOfStream: bool): Action {
    const asked = this.requestHeaders.get("x-t-do");
    if (asked) act(asked.toString());
    return Action.Continue;
  }

  onResponseHeaders(endOfStream: bool): Action {
    const random = new Uint8Array(70_000);
    crypto.getRandomValues(random);
    let zeros = 0;
    for (let i = random.length - 1000; i < random.length; i++) zeros += i32(unchecked(random[i]) == 0);
    this.responseHeaders.set("x-t-loaded", loadedAt.toString());
    this.responseHeaders.set("x-t-now", Date.now().toString());
    this.responseHeaders.set("x-t-date", new Date().toISOString());
    this.responseHeaders.set("x-t-epoch", new Date(0).toISOString());
    this.responseHeaders.set("x-t-random", Math.random().toString());
    this.responseHeaders.set("x-t-random-at-load", drawnAtLoad.toString());
    this.responseHeaders.set("x-t-few-zeros", (zeros < 50).toString());
    return Action.Continue;
  }
}

function act(what: string): void {
  if (what == "levels") {
    console.log("by log");
    console.debug("by debug");
    console.info("by info");
    console.warn("by warn");
    console.error("by error");
    trace("by trace");
  } else if (what == "texts") {
    console.log();
    console.log("grün €\u{1f600}");
    console.log("lone \ud800 and \udc00");
  } else if (what == "long") {
    console.log("€".repeat(3000));
  } else if (what == "assert") {
    console.assert(true, "held");
    console.assert(false, "broken");
    console.assert(what.length == 0);
  } else if (what == "time") {
    console.timeEnd("none");
    console.time();
    console.time();
    console.timeLog();
    console.timeEnd();
    console.timeEnd();
  } else if (what == "trace") {
    trace("numbers", 5, 1, -2.5, 1e300, NaN, -Infinity);
    trace("more", 9, 0, 0.1);
    trace("fewer", -1, 7);
  } else if (what == "timers") {
    for (let i = 0; i < 300; i++) console.time("t" + i.toString());
  }
}

class StandardPlugin extends Plugin {
  createFilter(): HttpFilter {
    return new StandardFilter();
  }
}

registerPlugin(() => new StandardPlugin());
