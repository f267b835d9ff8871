import { Bytes, isToken, Pairs } from "proxy-wasm-as-sdk";

/** The header of HTTP's own authentication (RFC 9110 section 11.6.2). */
export const AUTHORIZATION = Bytes.of("authorization");

const BEARER = Bytes.of("bearer");

/** What a request offers as proof of who sends it. */
export enum CredentialKind {
  /** Nothing, or an authentication scheme that is not ours. */
  None,
  ApiKey,
  Bearer,
  /** An `authorization` header that breaks the grammar. */
  Malformed,
  /** More than one: which of them counts would be anyone's guess. */
  Several,
}

/** The credential of a request, not verified. */
@final
export class Credential {
  static readonly NONE: Credential = new Credential(CredentialKind.None, Bytes.EMPTY, Bytes.EMPTY);
  static readonly MALFORMED: Credential = new Credential(CredentialKind.Malformed, Bytes.EMPTY, Bytes.EMPTY);
  static readonly SEVERAL: Credential = new Credential(CredentialKind.Several, Bytes.EMPTY, Bytes.EMPTY);

  constructor(
    readonly kind: CredentialKind,
    /** The key or the token. */
    readonly value: Bytes,
    /** Name of the header it came in. */
    readonly header: Bytes,
  ) {}
}

/**
 * The credential among `headers`, looked for in the headers `sources` names. All their lines count: two lines, or two
 * of the headers, are several credentials, even if one of them would do.
 */
export function findCredential(headers: Pairs, sources: Array<Bytes>): Credential {
  let found = -1;
  let header = Bytes.EMPTY;
  for (let i = 0; i < sources.length; i++) {
    const at = headers.indexOf(sources[i]);
    if (at < 0) continue;
    if (found >= 0 || headers.indexOf(sources[i], at + 1) >= 0) return Credential.SEVERAL;
    found = at;
    header = sources[i];
  }
  if (found < 0) return Credential.NONE;
  const value = headers.value(found);
  if (header.equals(AUTHORIZATION)) return parseAuthorization(value);
  return new Credential(CredentialKind.ApiKey, value, header);
}

/**
 * Reads the value of an `authorization` header: `Bearer`, in any case, exactly one space, a token68 and nothing after
 * it (RFC 9110 section 11.4, RFC 6750 section 2.1). Another scheme is not malformed, it is none of ours, unless a
 * bearer token follows it.
 */
export function parseAuthorization(value: Bytes): Credential {
  const space = value.indexOf(0x20);
  const scheme = space < 0 ? value : value.slice(0, space);
  if (!isToken(scheme)) return Credential.MALFORMED;
  if (!scheme.equalsIgnoreCase(BEARER)) return hasBearerElement(value) ? Credential.SEVERAL : Credential.NONE;
  const token = space < 0 ? Bytes.EMPTY : value.slice(space + 1);
  return isToken68(token)
    ? new Credential(CredentialKind.Bearer, token, AUTHORIZATION)
    : Credential.MALFORMED;
}

/** Whether `Bearer` begins an element of the list: what the host makes of two lines of this header. */
function hasBearerElement(value: Bytes): bool {
  for (let comma = value.indexOf(0x2c); comma >= 0; comma = value.indexOf(0x2c, comma + 1)) {
    let at = comma + 1;
    while (value.at(at) == 0x20 || value.at(at) == 0x09) at++;
    if (value.at(at + 6) == 0x20 && value.slice(at, at + 6).equalsIgnoreCase(BEARER)) return true;
  }
  return false;
}

/** Letters, digits, `-._~+/`, then any number of `=` (RFC 9110 section 11.2). */
function isToken68(text: Bytes): bool {
  let end = text.length;
  while (end > 0 && text.at(end - 1) == 0x3d) end--;
  for (let i = 0; i < end; i++) {
    const byte = <u32>text.at(i);
    const isAlphanumeric = (byte | 0x20) - 0x61 < 26 || byte - 0x30 < 10;
    // "-", ".", "/" are neighbours.
    if (!isAlphanumeric && byte - 0x2d > 2 && byte != 0x5f && byte != 0x7e && byte != 0x2b) return false;
  }
  return end > 0;
}
