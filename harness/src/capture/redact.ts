/** Takes secrets out of what was captured, as far as names tell what is secret. */
import type { HeaderList } from "../model/index.ts";

/** What stands in the place of a secret. */
export const REDACTED = "redacted";

const IN_HEADERS =
  /(^|[-_])(authorization|cookie2?|token|secret|passw(or)?d|api-?key|jwt|credentials?|session)($|[-_])/i;
const IN_QUERIES =
  /(^|[-_.])(token|secret|passw(or)?d|pwd|api-?key|apikey|key|jwt|session|sid|sig|signature|code|otp)($|[-_.])/i;
/** The schemes of `authorization` (RFC 9110 section 11.4) are none, and filters decide by them. */
const SCHEME = /^(?:Basic|Bearer|Digest|DPoP|Negotiate) /i;

/** Whether the header `name` is taken for a secret; `more` are names that are, too. */
export function isSecret(name: string, more: readonly string[]): boolean {
  return IN_HEADERS.test(name) || more.includes(name);
}

/** `headers` without the values of secret ones, and the path without those of secret parameters. */
export function redactHeaders(headers: HeaderList, more: readonly string[]): HeaderList {
  return headers.map(([name, value]) => {
    if (name === ":path") return [name, redactPath(value)];
    return isSecret(name, more) ? [name, `${SCHEME.exec(value)?.[0] ?? ""}${REDACTED}`] : [name, value];
  });
}

/** A path without the values of secret parameters of its query. */
function redactPath(path: string): string {
  return path.replace(/([?&])([^=&#]*)=([^&#]*)/g, (whole, mark: string, name: string) =>
    IN_QUERIES.test(name) ? `${mark}${name}=${REDACTED}` : whole,
  );
}
