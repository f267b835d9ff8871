import { Counter } from "proxy-wasm-as-sdk";
import { Decision, Reason, reasonName } from "./policy";
import { Variant } from "./variant";

/** `sidecraft_canary_requests_<variant>_<reason>`, and what was ignored. Made once per configuration. */
@final
export class Counters {
  private readonly stable: Array<Counter> = [];
  private readonly canary: Array<Counter> = [];
  private readonly overridesRefused: Counter = new Counter("sidecraft_canary_overrides_refused");
  private readonly cookiesRefused: Counter = new Counter("sidecraft_canary_cookies_refused");

  constructor() {
    for (let reason = 0; reason <= Reason.NoKey; reason++) {
      const name = reasonName(reason).toString();
      this.stable.push(new Counter("sidecraft_canary_requests_stable_" + name));
      this.canary.push(new Counter("sidecraft_canary_requests_canary_" + name));
    }
  }

  /** Counts one decided request. */
  count(decision: Decision): void {
    const counters = decision.variant == Variant.Canary ? this.canary : this.stable;
    const reason: i32 = decision.reason;
    if (<u32>reason < <u32>counters.length) counters[reason].increment();
    if (decision.overrideRefused) this.overridesRefused.increment();
    if (decision.cookieRefused) this.cookiesRefused.increment();
  }
}
