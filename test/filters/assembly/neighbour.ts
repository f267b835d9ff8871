// Stands in for the filters around one under test: writes what an earlier one would, shows upstream what filter state
// a later one can read, and, configured with the word "answers", answers for upstream when a request asks for it.

import {
  Action,
  Bytes,
  HttpFilter,
  Plugin,
  getProperty,
  propertyPath,
  registerPlugin,
  setProperty,
} from "proxy-wasm-as-sdk";

const IDENTITY = Bytes.of("x-test-identity");
const ANSWER = Bytes.of("x-answer");
const ANSWERS = Bytes.of("answers");
const STATES: StaticArray<string> = [
  "auth.identity",
  "auth.subject",
  "auth.provider",
  "canary.variant",
  "canary.reason",
];

class NeighbourFilter extends HttpFilter {
  constructor(private readonly answers: bool) {
    super();
  }

  onRequestHeaders(_endOfStream: bool): Action {
    const headers = this.requestHeaders;
    if (this.answers && headers.get(ANSWER)) {
      return this.reply(418).header("server-timing", "app").header("x-up", "local").send();
    }
    const identity = headers.get(IDENTITY);
    if (identity) {
      setProperty("auth.identity", identity);
      headers.remove(IDENTITY);
    }
    for (let i = 0; i < STATES.length; i++) {
      const value = getProperty(propertyPath([STATES[i]]));
      if (value) headers.set("x-seen-" + STATES[i], value);
    }
    return Action.Continue;
  }
}

class NeighbourPlugin extends Plugin {
  private answers: bool = false;

  configure(config: Bytes): bool {
    this.answers = config == ANSWERS;
    return true;
  }

  createFilter(): HttpFilter {
    return new NeighbourFilter(this.answers);
  }
}

registerPlugin(() => new NeighbourPlugin());
