// Which names and prefixes rules may have.

import { Bytes } from "proxy-wasm-as-sdk";

const FORWARDED = Bytes.of("forwarded");
const X_ENVOY = Bytes.of("x-envoy");
const X_FORWARDED = Bytes.of("x-forwarded");

/** True for a prefix that is meant for system headers rather than merely wide enough to cover them. */
export function isSystemPrefix(prefix: Bytes): bool {
  return prefix.startsWith(X_ENVOY) || prefix.startsWith(X_FORWARDED) || prefix.startsWith(FORWARDED);
}

/** True when `name` holds no upper-case letter: how the host keeps names, and how rules write them. */
export function isLowerCase(name: Bytes): bool {
  return name.equals(name.toLowerCase());
}
