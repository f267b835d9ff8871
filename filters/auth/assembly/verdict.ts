import { Bytes } from "proxy-wasm-as-sdk";
import { Provider } from "./provider";
import { Refusal } from "./refusal";

/** What is known about a request: who sent it, that nobody in particular did, or why it is refused. */
@final
export class Verdict {
  /** Let through without an identity. */
  static readonly ANONYMOUS: Verdict = new Verdict(null, null, Bytes.EMPTY);

  private constructor(
    /** Why it is refused; null when it is let through. */
    readonly refusal: Refusal | null,
    /** Who vouches for the identity; null when there is none. */
    readonly provider: Provider | null,
    /** The client of the API key or the token's subject: a valid header value of 1 to 256 bytes. */
    readonly subject: Bytes,
  ) {}

  static refused(refusal: Refusal): Verdict {
    return new Verdict(refusal, null, Bytes.EMPTY);
  }

  static verified(provider: Provider, subject: Bytes): Verdict {
    return new Verdict(null, provider, subject);
  }
}
