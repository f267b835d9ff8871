import { Bytes } from "proxy-wasm-as-sdk";
import { Variant, variantNamed } from "./variant";

const SEMICOLON: u8 = 0x3b;

/** The header by which a trusted client chooses its variant: `<variant>;<secret>`. */
@final
export class Override {
  /** When it `trustsAnyone`, what follows the variant does not matter. */
  constructor(
    readonly header: Bytes,
    private readonly trustsAnyone: bool,
    private readonly secret: Bytes,
  ) {}

  /**
   * The variant that `values`, all values of the header, ask for. None unless there is exactly one, which names a
   * variant and, in time that tells nothing about it but its length, the secret.
   */
  read(values: Array<Bytes>): Variant {
    if (values.length != 1) return Variant.None;
    const value = values[0].trim();
    const semicolon = value.indexOf(SEMICOLON);
    const variant = variantNamed(semicolon < 0 ? value : value.slice(0, semicolon).trim());
    if (this.trustsAnyone) return variant;
    if (
      semicolon < 0 ||
      !value
        .slice(semicolon + 1)
        .trim()
        .equalsSecret(this.secret)
    )
      return Variant.None;
    return variant;
  }
}
