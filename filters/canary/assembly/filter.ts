import {
  Action,
  Bytes,
  ConfigReader,
  Headers,
  HttpFilter,
  LogLevel,
  Plugin,
  Status,
  clearRouteCache,
  currentTimeNanoseconds,
  getProperty,
  log,
  randomBytes,
  registerPlugin,
  setProperty,
} from "proxy-wasm-as-sdk";
import { isShared } from "./cache-control";
import { CanaryConfig, readConfig } from "./config";
import { Counters } from "./counters";
import { RequestFacts, decide, reasonName } from "./policy";
import { Variant, variantName } from "./variant";

const CACHE_CONTROL = Bytes.of("cache-control");
const SET_COOKIE = Bytes.of("set-cookie");
const STATE_VARIANT = Bytes.of("canary.variant");
const STATE_REASON = Bytes.of("canary.reason");

const TRUSTS_ANYONE = 'override.trust is "any": every client can choose its variant; not for production';

function secondsNow(): i64 {
  return currentTimeNanoseconds() / 1_000_000_000;
}

/** Asks the host about the request of the current callback. */
class HostFacts extends RequestFacts {
  constructor(private readonly requestHeaders: Headers) {
    super();
  }

  headers(name: Bytes): Array<Bytes> {
    return this.requestHeaders.getAll(name);
  }

  property(name: Bytes): Bytes | null {
    return getProperty(name);
  }

  seconds(): i64 {
    return secondsNow();
  }

  random(): i64 {
    const bits = randomBytes(4);
    return bits ? <i64>load<u32>(changetype<usize>(bits)) : -1;
  }
}

class CanaryPlugin extends Plugin {
  config: CanaryConfig | null = null;
  counters: Counters | null = null;

  configure(config: Bytes): bool {
    const reader = ConfigReader.parse(config);
    const read = readConfig(reader);
    if (!this.accept(reader)) return false;
    if (read.trustsAnyone) log(LogLevel.Warn, TRUSTS_ANYONE);
    this.config = read;
    this.counters = new Counters();
    return true;
  }

  createFilter(): HttpFilter {
    return new CanaryFilter(this);
  }
}

class CanaryFilter extends HttpFilter {
  private variant: Variant = Variant.None;
  private pins: bool = false;

  constructor(private readonly plugin: CanaryPlugin) {
    super();
  }

  onRequestHeaders(endOfStream: bool): Action {
    const config = this.plugin.config;
    const counters = this.plugin.counters;
    const headers = this.requestHeaders;
    if (!config || !counters) return this.reply(500).details("canary_not_configured").send();
    const decision = decide(config, new HostFacts(headers));
    // What the client sent must not choose the route, nor the secret of an override go upstream.
    if (!mark(headers, config, decision.variant)) return this.reply(500).details("canary_failed").send();
    this.variant = decision.variant;
    this.pins = decision.isDrawn;
    clearRouteCache();

    setProperty(STATE_VARIANT, variantName(decision.variant));
    setProperty(STATE_REASON, reasonName(decision.reason));
    counters.count(decision);
    return Action.Continue;
  }

  onResponseHeaders(endOfStream: bool): Action {
    const config = this.plugin.config;
    // Without a variant the answer comes from a filter before this one.
    if (!config || this.variant == Variant.None) return Action.Continue;
    const headers = this.responseHeaders;
    const name = config.responseHeader;
    if (name) headers.set(name, config.valueOf(this.variant));
    const cookie = config.cookie;
    if (cookie && this.pins && !isShared(headers.getAll(CACHE_CONTROL))) {
      const now = secondsNow();
      if (now > 0) headers.add(SET_COOKIE, cookie.write(this.variant, now));
    }
    return Action.Continue;
  }
}

/** Puts `variant` in place of what the client sent; false when the host did not take it. */
function mark(headers: Headers, config: CanaryConfig, variant: Variant): bool {
  const forcing = config.forcing;
  if (forcing && headers.remove(forcing.header) != Status.Ok) return false;
  const name = config.variantHeader;
  return headers.remove(name) == Status.Ok && headers.set(name, config.valueOf(variant)) == Status.Ok;
}

registerPlugin(() => new CanaryPlugin());
