import { Bytes, ConfigReader } from "proxy-wasm-as-sdk";
import { isShared } from "../../../filters/canary/assembly/cache-control";
import { CanaryConfig, readConfig } from "../../../filters/canary/assembly/config";
import { findCookie } from "../../../filters/canary/assembly/cookies";
import { RequestFacts, decide, reasonName } from "../../../filters/canary/assembly/policy";
import { input, isOver, out, part, tell } from "./frame";

const NOW: i64 = 1_800_000_000;
const COOKIE = Bytes.of("cookie");
const SESSION = Bytes.of("session");
const CONFIG = Bytes.of(
  '{"rollout":"r","percent":30,"key":[{"property":"auth.identity"},{"cookie":"session"},{"header":"x-key"}],"no_key":"random",' +
    '"override":{"header":"x-force","secret":"very-secret"},"cookie":{"name":"canary","secret":"0123456789abcdef"}}',
);

let held: CanaryConfig | null = null;

function config(): CanaryConfig {
  const made = held;
  if (made) return made;
  const read = readConfig(ConfigReader.parse(CONFIG));
  held = read;
  return read;
}

/** How many errors the configuration of these targets has. */
export function canaryErrors(): i32 {
  const reader = ConfigReader.parse(CONFIG);
  readConfig(reader);
  return reader.errors.length;
}

/** The remaining parts. */
function lines(): Array<Bytes> {
  const lines = new Array<Bytes>();
  while (!isOver()) lines.push(part());
  return lines;
}

/** The cookie `session` in lines of cookies. */
export function cookie(): void {
  tell(findCookie(lines(), SESSION));
}

/** Whether lines of `cache-control` let shared caches store. */
export function shared(): void {
  out.append(isShared(lines()) ? "1" : "0");
}

/** A request: override, property, then lines of cookies. */
class Facts extends RequestFacts {
  constructor(
    private readonly forcing: Bytes,
    private readonly identity: Bytes,
    private readonly cookies: Array<Bytes>,
  ) {
    super();
  }

  headers(name: Bytes): Array<Bytes> {
    if (name.equals(COOKIE)) return this.cookies;
    return this.forcing.length > 0 ? [this.forcing] : [];
  }

  property(name: Bytes): Bytes | null {
    return this.identity.length > 0 ? this.identity : null;
  }

  seconds(): i64 {
    return NOW;
  }

  random(): i64 {
    return (<i64>input.at(0)) << 24;
  }
}

export function canary(): void {
  const decision = decide(config(), new Facts(part(), part(), lines()));
  out.appendDecimal(decision.variant).append(" ").append(reasonName(decision.reason));
}
