import { Bytes } from "proxy-wasm-as-sdk";
import { isBelow } from "./path";
import { Provider } from "./provider";

/** Who may reach a part of the paths. */
@final
export class Rule {
  /** Values of `www-authenticate` for a request without credentials, one for each scheme that helps. */
  readonly challenges: Array<Bytes> = [];

  constructor(
    /** `/admin` stands for itself and what lies below; `/` for all paths. */
    readonly pathPrefix: Bytes,
    /** Whether credentials may be missing. Those that are sent must be good all the same. */
    readonly allowsAnonymous: bool,
    /** The bits of the providers whose identities may pass. */
    readonly providers: u32,
  ) {}

  /** Whether it decides about `path`, a canonical path. */
  covers(path: Bytes): bool {
    return isBelow(path, this.pathPrefix);
  }

  /** Whether identities of `provider` may pass. */
  allows(provider: Provider): bool {
    return (this.providers & provider.bit) != 0;
  }
}
