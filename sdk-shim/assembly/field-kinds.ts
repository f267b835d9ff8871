// Which headers a filter's configuration may name as a place to write to. Names are in lower case.

import { Bytes } from "./bytes";

const COLON: u8 = 0x3a;
const HYPHEN: u8 = 0x2d;
const UNDERSCORE: u8 = 0x5f;

// @ts-ignore: decorator
@lazy
const FRAMING: StaticArray<Bytes> = framingNames();

// A function, since a lazy constant has no room for the steps of a list.
function framingNames(): StaticArray<Bytes> {
  return [
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
}

/** Those that carry credentials or state of another mechanism, or say how the body is to be read. */
// @ts-ignore: decorator
@lazy
const MEANINGFUL: StaticArray<Bytes> = meaningfulNames();

// A function, since a lazy constant has no room for the steps of a list.
function meaningfulNames(): StaticArray<Bytes> {
  return [
    Bytes.of("authorization"),
    Bytes.of("proxy-authorization"),
    Bytes.of("proxy-authenticate"),
    Bytes.of("www-authenticate"),
    Bytes.of("cookie"),
    Bytes.of("set-cookie"),
    Bytes.of("content-type"),
    Bytes.of("content-encoding"),
    Bytes.of("location"),
    Bytes.of("expect"),
    Bytes.of("via"),
    Bytes.of("x-request-id"),
  ];
}

// @ts-ignore: decorator
@lazy
const FORWARDED = Bytes.of("forwarded");
// @ts-ignore: decorator
@lazy
const X_ENVOY = Bytes.of("x-envoy-");
// @ts-ignore: decorator
@lazy
const X_FORWARDED = Bytes.of("x-forwarded-");

function isOneOf(names: StaticArray<Bytes>, name: Bytes): bool {
  for (let i = 0; i < names.length; i++) if (unchecked(names[i]).equals(name)) return true;
  return false;
}

/**
 * True for pseudo headers, `host` and what RFC 9110 sections 7.6.1 and 8.6 keep to the connection or the framing.
 *
 * @example
 * ```ts
 * function mayRemove(name: Bytes): bool {
 *   return !isFramingField(name.toLowerCase());
 * }
 * ```
 */
export function isFramingField(name: Bytes): bool {
  return name.at(0) == COLON || isOneOf(FRAMING, name);
}

/**
 * True for headers by which proxies steer and inform each other: `x-envoy-*`, `x-forwarded-*`, `forwarded`.
 *
 * @example
 * ```ts
 * function isFromProxies(name: Bytes): bool {
 *   return isSystemField(name.toLowerCase());
 * }
 * ```
 */
export function isSystemField(name: Bytes): bool {
  return name.startsWith(X_ENVOY) || name.startsWith(X_FORWARDED) || name.equals(FORWARDED);
}

/**
 * True for headers that a filter must not take for values of its own, such as an identity or a variant: framing and
 * system headers, and those with a meaning that others rely on.
 *
 * @example
 * ```ts
 * function mayCarryIdentity(name: Bytes): bool {
 *   return isToken(name) && !isReservedField(name.toLowerCase());
 * }
 * ```
 */
export function isReservedField(name: Bytes): bool {
  return isFramingField(name) || isSystemField(name) || isOneOf(MEANINGFUL, name);
}

/**
 * True when `name` and `other` differ at most in case and in `-` against `_`. Servers that hand headers on as variables
 * (CGI and its heirs) cannot tell such names apart.
 *
 * @example
 * ```ts
 * const IDENTITY = Bytes.of("x-user-id");
 *
 * class CleaningFilter extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const pairs = this.requestHeaders.pairs();
 *     // `x_user_id` may not reach a server that takes it for `x-user-id`.
 *     for (let i = 0; i < pairs.length; i++) {
 *       if (isSameField(pairs.name(i), IDENTITY)) this.requestHeaders.remove(pairs.name(i));
 *     }
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export function isSameField(name: Bytes, other: Bytes): bool {
  if (name.length != other.length) return false;
  for (let i = 0; i < name.length; i++) if (folded(name.at(i)) != folded(other.at(i))) return false;
  return true;
}

function folded(byte: u8): u8 {
  if (<u32>byte - 0x41 < 26) return byte | 0x20;
  return byte == UNDERSCORE ? HYPHEN : byte;
}
