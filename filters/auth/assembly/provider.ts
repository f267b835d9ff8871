import { Bytes, BytesMap, HmacSha256, sha256 } from "proxy-wasm-as-sdk";
import { holds } from "./checks";

/** Longest API key that is looked up, in bytes. */
const MAX_API_KEY_BYTES: i32 = 1024;

/** What a `jwt` provider accepts. */
@final
export class JwtPolicy {
  constructor(
    /** The one value of `iss`. */
    readonly issuer: Bytes,
    /** One of them must be in `aud`. */
    readonly audiences: Array<Bytes>,
    /** Accepted media types in lower case without `application/`; none: `typ` is not looked at. */
    readonly types: Array<Bytes>,
    /** How far clocks may differ, in seconds. */
    readonly leeway: i64,
    readonly requiresExpiry: bool,
    /** HS256 under the secret. */
    readonly mac: HmacSha256,
  ) {}
}

/** Someone who vouches for identities: a list of API keys or an issuer of tokens. */
@final
export class Provider {
  /** The digests of the API keys and the clients they belong to. */
  readonly clients: BytesMap<Bytes> = new BytesMap<Bytes>();
  /** Headers that API keys are taken from; none for a `jwt` provider. */
  readonly headers: Array<Bytes> = [];
  /** Null for an `api_key` provider. */
  jwt: JwtPolicy | null = null;

  constructor(
    readonly name: Bytes,
    /** Its bit in a rule's set of providers. */
    readonly bit: u32,
  ) {}

  /** The client that `key`, which came in `header`, belongs to; null when it is nobody's. */
  clientOf(key: Bytes, header: Bytes): Bytes | null {
    if (!holds(this.headers, header) || key.length > MAX_API_KEY_BYTES) return null;
    // Looking up a digest takes a time that says nothing about the keys.
    return this.clients.get(sha256(key));
  }
}
