import type { HeaderMap } from "./header-map.ts";

const NAME = /^:?[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const BAD_VALUE = /[\0\r\n]/;

/**
 * Checks request fields as Envoy 1.40's codec does when it writes them (an empty name passes).
 * @returns Envoy's message about the first bad field, or undefined
 */
export function invalidField(headers: HeaderMap): string | undefined {
  for (const [name, value] of headers.entries) {
    if (name !== "" && !NAME.test(name)) return `invalid header name: ${name}`;
    if (BAD_VALUE.test(value)) return `invalid header value for: ${name}`;
  }
  return undefined;
}
