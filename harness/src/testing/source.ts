import { isIPv6, SocketAddress } from "node:net";
import type { SourceAddress } from "../http/index.ts";

/**
 * Reads the address of a client, such as "203.0.113.7:5000" or "[2001:db8::7]:5000".
 *
 * @returns undefined for undefined
 * @throws {RangeError} if it is none, or has no port
 */
export function sourceAddress(text: string | undefined): SourceAddress | undefined {
  if (text === undefined) return undefined;
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  try {
    const family = bracketed === undefined ? "ipv4" : "ipv6";
    return new SocketAddress({ address: bracketed ?? plain ?? "", port: Number(port), family });
  } catch (error) {
    const expected = 'expected address and port, such as "203.0.113.7:5000" or "[2001:db8::7]:5000"';
    throw new RangeError(`source: saw ${JSON.stringify(text)}, ${expected}`, { cause: error });
  }
}

/** Address and port as Envoy writes them. */
export function sourceText({ address, port }: SourceAddress): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
