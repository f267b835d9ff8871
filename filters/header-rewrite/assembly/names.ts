// Which headers rules may touch.

import { Bytes } from "proxy-wasm-as-sdk";

/** Those that say how the message is framed, routed or connected: the proxy answers for them. */
const PROTECTED: StaticArray<Bytes> = [
  Bytes.of("host"),
  Bytes.of("content-length"),
  Bytes.of("transfer-encoding"),
  Bytes.of("connection"),
  Bytes.of("upgrade"),
  Bytes.of("te"),
  Bytes.of("trailer"),
  Bytes.of("keep-alive"),
  Bytes.of("proxy-connection"),
];
const COLON: u8 = 0x3a;
const FORWARDED = Bytes.of("forwarded");
const X_ENVOY = Bytes.of("x-envoy-");
const X_FORWARDED = Bytes.of("x-forwarded-");
const X_ENVOY_STEM = Bytes.of("x-envoy");
const X_FORWARDED_STEM = Bytes.of("x-forwarded");

/** True for pseudo headers, `host` and what RFC 9110 sections 7.6.1 and 8.6 keep to the connection or framing. */
export function isProtectedName(name: Bytes): bool {
  if (name.at(0) == COLON) return true;
  for (let i = 0; i < PROTECTED.length; i++) if (PROTECTED[i].equals(name)) return true;
  return false;
}

/** True for headers by which proxies steer and inform each other: `x-envoy-*`, `x-forwarded-*`, `forwarded`. */
export function isSystemName(name: Bytes): bool {
  return name.startsWith(X_ENVOY) || name.startsWith(X_FORWARDED) || name.equals(FORWARDED);
}

/** True for a prefix that is meant for system headers rather than merely wide enough to cover them. */
export function isSystemPrefix(prefix: Bytes): bool {
  return (
    prefix.startsWith(X_ENVOY_STEM) || prefix.startsWith(X_FORWARDED_STEM) || prefix.startsWith(FORWARDED)
  );
}

/** True when `name` holds no upper-case letter: how the host keeps names, and how rules write them. */
export function isLowerCase(name: Bytes): bool {
  return name.equals(name.toLowerCase());
}
