import { Bytes } from "./bytes";
import { getProperty, propertyPath } from "./properties";

// @ts-ignore: decorator
@lazy
const SOURCE_ADDRESS = propertyPath(["source", "address"]);
const COLON: u8 = 0x3a;
const OPENING: u8 = 0x5b;
const CLOSING: u8 = 0x5d;

/**
 * The client's IP address as the host sees it, without port and brackets; null when it does not say.
 *
 * @example
 * ```ts
 * class LocalFilter extends HttpFilter {
 *   onRequestHeaders(endOfStream: bool): Action {
 *     const address = sourceAddress();
 *     if (!address || !address.startsWith(Bytes.of("10."))) return this.reply(403).send();
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export function sourceAddress(): Bytes | null {
  const address = getProperty(SOURCE_ADDRESS);
  return address ? withoutPort(address) : null;
}

/**
 * The address in `address:port`, an IPv6 address without its brackets; a text without a port (the path of a
 * Unix socket) as it is.
 *
 * @example
 * ```ts
 * const UPSTREAM = propertyPath(["upstream", "address"]);
 *
 * function upstreamHost(): Bytes | null {
 *   const address = getProperty(UPSTREAM);
 *   return address ? withoutPort(address) : null;
 * }
 * ```
 */
export function withoutPort(address: Bytes): Bytes {
  let digits = address.length;
  while (digits > 0 && <u32>address.at(digits - 1) - 0x30 < 10) digits--;
  if (digits == 0 || digits == address.length || address.at(digits - 1) != COLON) return address;
  const host = address.slice(0, digits - 1);
  const isBracketed = host.at(0) == OPENING && host.at(host.length - 1) == CLOSING;
  if (isBracketed) return host.slice(1, host.length - 1);
  return host.indexOf(COLON) < 0 ? host : address;
}
