import { Bytes } from "proxy-wasm-as-sdk";

const PUBLIC = Bytes.of("public");
const S_MAXAGE = Bytes.of("s-maxage");
const COMMA: u8 = 0x2c;
const EQUALS: u8 = 0x3d;

/**
 * Whether `values`, all values of a response's `cache-control`, let a shared cache store it (RFC 9111 sections 5.2.2.9
 * and 5.2.2.10): one visitor's cookie would then be handed to all. A comma inside a quoted string counts as one
 * that separates, which can only find more.
 */
export function isShared(values: Array<Bytes>): bool {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    for (let from = 0; from < value.length;) {
      const comma = value.indexOf(COMMA, from);
      const to = comma < 0 ? value.length : comma;
      const directive = value.slice(from, to);
      const equals = directive.indexOf(EQUALS);
      const name = (equals < 0 ? directive : directive.slice(0, equals)).trim();
      if (name.equalsIgnoreCase(PUBLIC) || name.equalsIgnoreCase(S_MAXAGE)) return true;
      from = to + 1;
    }
  }
  return false;
}
