import {
  Action,
  Bytes,
  ConfigReader,
  HttpFilter,
  LogLevel,
  Plugin,
  SipKey,
  currentTimeNanoseconds,
  log,
  registerPlugin,
  sipHash,
} from "proxy-wasm-as-sdk";
import { Admission } from "./admission";
import { Charge } from "./charge";
import { LimitConfig, RateLimitConfig, readConfig } from "./config";
import { Counters } from "./counters";
import { decimal } from "./fields";
import { KeyState, readRequestKey, requestKey } from "./key";
import { seconds } from "./policy";
import { tell, tellRefused } from "./response";
import { Store } from "./store";
import { sharedHashKey, storeFor } from "./stores";

const RETRY_AFTER = Bytes.of("retry-after");
const X_ENVOY_RATELIMITED = Bytes.of("x-envoy-ratelimited");
const TRUE = Bytes.of("true");
const DETAILS = "rate_limited_";

class RateLimitPlugin extends Plugin {
  config: RateLimitConfig | null = null;
  stores: Array<Store> = [];
  hashKey: SipKey = new SipKey(0, 0);
  counters: Counters | null = null;

  configure(config: Bytes): bool {
    const reader = ConfigReader.parse(config);
    const limits = readConfig(reader);
    if (!this.accept(reader)) return false;
    const hashKey = sharedHashKey();
    if (!hashKey) {
      log(LogLevel.Error, "configuration refused: the host gives no random bytes or keeps no shared data");
      return false;
    }
    const stores = new Array<Store>();
    for (let i = 0; i < limits.limits.length; i++) stores.push(storeFor(limits.limits[i]));
    this.hashKey = hashKey;
    this.stores = stores;
    this.config = limits;
    this.counters = new Counters();
    return true;
  }

  createFilter(): HttpFilter {
    return new RateLimitFilter(this);
  }
}

class RateLimitFilter extends HttpFilter {
  /** What the response tells about a request that passed. */
  private passed: Array<Charge> | null = null;

  constructor(private readonly plugin: RateLimitPlugin) {
    super();
  }

  onRequestHeaders(endOfStream: bool): Action {
    const config = this.plugin.config;
    const counters = this.plugin.counters;
    // The host sends no requests to a plugin that refused its configuration.
    if (!config || !counters) return this.reply(500).details("rate_limit_not_configured").send();
    const charges = new Array<Charge>();
    let now: i64 = -1;
    for (let i = 0; i < config.limits.length; i++) {
      const limit = config.limits[i];
      const state = readRequestKey(limit.key, this.requestHeaders);
      if (state == KeyState.Present) {
        if (now < 0) now = currentTimeNanoseconds();
        const hash = sipHash(requestKey(), this.plugin.hashKey);
        charges.push(new Charge(limit, this.plugin.stores[i], hash, now));
      } else if (state == KeyState.Denied) {
        if (!limit.isShadow) return this.refuse(config, counters, limit, []);
        counters.shadowLimited.increment();
      }
    }
    return charges.length == 0 ? Action.Continue : this.decide(config, counters, charges);
  }

  onResponseHeaders(endOfStream: bool): Action {
    const passed = this.passed;
    const config = this.plugin.config;
    if (!passed || !config) return Action.Continue;
    this.passed = null;
    tell(this.responseHeaders, config, passed);
    return Action.Continue;
  }

  private decide(config: RateLimitConfig, counters: Counters, charges: Array<Charge>): Action {
    const admission = new Admission(charges);
    if (admission.lostWrites > 0) counters.contention.increment(admission.lostWrites);
    if (admission.isUncounted) counters.uncounted.increment();
    const shown = new Array<Charge>();
    let stopping: Charge | null = null;
    for (let i = 0; i < charges.length; i++) {
      const charge = charges[i];
      if (charge.isOverflow) counters.overflow.increment();
      if (!charge.limit.isShadow) shown.push(charge);
      else if (!charge.verdict.isAllowed) counters.shadowLimited.increment();
      if (charge.stops && (!stopping || charge.verdict.retryAfter > stopping.verdict.retryAfter))
        stopping = charge;
    }
    if (stopping) return this.refuse(config, counters, stopping.limit, shown, stopping.verdict.retryAfter);
    counters.allowed.increment();
    if (shown.length > 0 && (config.sendsIetf || config.sendsX)) this.passed = shown;
    return Action.Continue;
  }

  /** Answers 429. `retryAfter` in nanoseconds, negative when waiting does not help. */
  private refuse(
    config: RateLimitConfig,
    counters: Counters,
    limit: LimitConfig,
    shown: Array<Charge>,
    retryAfter: i64 = -1,
  ): Action {
    counters.limited.increment();
    const reply = this.reply(429).header(X_ENVOY_RATELIMITED, TRUE);
    if (retryAfter >= 0) reply.header(RETRY_AFTER, decimal(max(seconds(retryAfter), 1)));
    tellRefused(reply, config, shown);
    const name = limit.name.toString();
    return reply
      .details(DETAILS + name)
      .body("rate limit exceeded: " + name + "\n")
      .send();
  }
}

registerPlugin(() => new RateLimitPlugin());
