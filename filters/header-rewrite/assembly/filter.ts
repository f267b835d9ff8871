// header-rewrite: takes away, sets and adds headers of requests and responses.

import {
  Action,
  Bytes,
  ConfigReader,
  Counter,
  Headers,
  HttpFilter,
  Plugin,
  Status,
  registerPlugin,
} from "proxy-wasm-as-sdk";
import { HeaderRewriteConfig } from "./config";
import { HeaderChange, HeaderEdits } from "./edits";
import { RequestVariables, ResponseVariables } from "./variables";

const FAILED = Bytes.of("header_rewrite_failed");
const NOTHING_KEPT: Array<Bytes | null> = [];

/** One configuration. */
class HeaderRewritePlugin extends Plugin {
  config: HeaderRewriteConfig | null = null;
  private readonly invalidValues: Counter = new Counter("sidecraft_header_rewrite_invalid_values");
  private readonly failedWrites: Counter = new Counter("sidecraft_header_rewrite_failed_writes");

  configure(config: Bytes): bool {
    const reader = ConfigReader.parse(config);
    const read = HeaderRewriteConfig.read(reader);
    if (!this.accept(reader)) return false;
    this.config = read;
    return true;
  }

  createFilter(): HttpFilter {
    return new HeaderRewriteFilter(this);
  }

  /** Counts `count` rules left out because their value must not be sent. */
  countInvalid(count: i32): void {
    if (count > 0) this.invalidValues.increment(count);
  }

  /** Counts `count` changes that the host did not take. */
  countFailed(count: i32): void {
    if (count > 0) this.failedWrites.increment(count);
  }
}

/** One stream. */
class HeaderRewriteFilter extends HttpFilter {
  private kept: Array<Bytes | null> = NOTHING_KEPT;

  constructor(private readonly plugin: HeaderRewritePlugin) {
    super();
  }

  onRequestHeaders(endOfStream: bool): Action {
    const config = this.plugin.config;
    if (!config) return this.fail();
    const rules = config.request;
    if (rules.length == 0 && config.kept.length == 0) return Action.Continue;
    const readsHeaders = rules.readsHeaders || config.kept.length > 0;
    const pairs = readsHeaders ? this.requestHeaders.pairs() : null;
    // Every request has a method: an empty map is one that cannot be read, and nothing could be removed from it.
    if (pairs && pairs.length == 0) return this.fail();
    const edits = new HeaderEdits(pairs);
    this.plugin.countInvalid(rules.apply(edits, new RequestVariables(edits)));
    this.keep(config.kept, edits);
    return this.write(edits, this.requestHeaders) ? Action.Continue : this.fail();
  }

  onResponseHeaders(endOfStream: bool): Action {
    const config = this.plugin.config;
    if (!config || config.response.length == 0) return Action.Continue;
    const rules = config.response;
    const edits = new HeaderEdits(rules.readsHeaders ? this.responseHeaders.pairs() : null);
    this.plugin.countInvalid(rules.apply(edits, new ResponseVariables(edits, this.kept)));
    this.write(edits, this.responseHeaders);
    return Action.Continue;
  }

  /** Keeps what response rules need: the request map cannot be read any more then. */
  private keep(names: Array<Bytes>, edits: HeaderEdits): void {
    if (names.length == 0) return;
    const kept = new Array<Bytes | null>();
    for (let i = 0; i < names.length; i++) {
      const value = edits.combined(names[i]);
      kept.push(value ? value.copy() : null);
    }
    this.kept = kept;
  }

  /** Writes the changes; false when the host did not take one. */
  private write(edits: HeaderEdits, headers: Headers): bool {
    let failed = 0;
    for (let i = 0; i < edits.changes.length; i++) {
      const change = edits.changes[i];
      if (!edits.isVoid(change) && !writeChange(change, headers)) failed++;
    }
    this.plugin.countFailed(failed);
    return failed == 0;
  }

  /** A request whose headers could not be cleaned must not go on. */
  private fail(): Action {
    return this.reply(500).details(FAILED).send();
  }
}

function writeChange(change: HeaderChange, headers: Headers): bool {
  const name = change.name;
  const values = change.added;
  if (values.length == 0) return headers.remove(name) == Status.Ok;
  let isWritten = true;
  for (let i = 0; i < values.length; i++) {
    const status = i == 0 && !change.keeps ? headers.set(name, values[i]) : headers.add(name, values[i]);
    if (status != Status.Ok) isWritten = false;
  }
  return isWritten;
}

registerPlugin(() => new HeaderRewritePlugin());
