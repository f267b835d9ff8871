import { Bytes, BytesBuilder, HmacSha256, decodeBase64url, encodeBase64url } from "proxy-wasm-as-sdk";
import { Variant, variantName, variantNamed } from "./variant";

const DOT: u8 = 0x2e;
/** Longer than any value this filter writes: rollout 64, variant 6, expiry 18, code 43, and what joins them. */
const MAX_VALUE_BYTES: i32 = 160;
const CONTEXT = Bytes.of("sidecraft-canary-cookie-v1");

/**
 * The cookie that keeps a visitor on a variant: `v1.<rollout>.<variant>.<expiry>.<code>`, where `expiry` is in seconds
 * since 1970 and `code` the base64url of an HMAC-SHA-256 over all of it. Each part goes into the code with its length
 * before it, so no two cookies share one.
 */
@final
export class StickyCookie {
  private readonly prefix: Bytes;
  private readonly attributes: Bytes;
  private readonly mac: HmacSha256;

  /** `maxAge` is in seconds. */
  constructor(
    readonly name: Bytes,
    private readonly rollout: Bytes,
    secret: Bytes,
    private readonly maxAge: i64,
    secure: bool,
  ) {
    this.prefix = new BytesBuilder().append("v1.").append(rollout).append(".").take();
    this.mac = new HmacSha256(secret);
    const attributes = new BytesBuilder()
      .append("; Path=/; Max-Age=")
      .appendDecimal(maxAge)
      .append("; HttpOnly");
    if (secure) attributes.append("; Secure");
    this.attributes = attributes.append("; SameSite=Lax").take();
  }

  /**
   * The variant that `value` keeps its visitor on at `now`, in seconds since 1970. None when it was not written
   * by this rollout with this secret, has expired, or when the time is not known (0).
   */
  read(value: Bytes, now: i64): Variant {
    if (now <= 0 || value.length > MAX_VALUE_BYTES || !value.startsWith(this.prefix)) return Variant.None;
    const variantFrom = this.prefix.length;
    const variantTo = value.indexOf(DOT, variantFrom);
    if (variantTo < 0) return Variant.None;
    const expiryTo = value.indexOf(DOT, variantTo + 1);
    if (expiryTo < 0) return Variant.None;
    const variant = variantNamed(value.slice(variantFrom, variantTo));
    const expiry = value.slice(variantTo + 1, expiryTo);
    if (variant == Variant.None || expiry.parseUint() <= now) return Variant.None;
    const code = decodeBase64url(value.slice(expiryTo + 1));
    if (!code) return Variant.None;
    return this.mac.verify(this.message(variant, expiry), code) ? variant : Variant.None;
  }

  /** The value of the `set-cookie` header that keeps a visitor on `variant` from `now`, in seconds since 1970. */
  write(variant: Variant, now: i64): Bytes {
    const expiry = new BytesBuilder(20).appendDecimal(now + this.maxAge).take();
    const code = encodeBase64url(this.mac.sign(this.message(variant, expiry)));
    return new BytesBuilder(256)
      .append(this.name)
      .append("=")
      .append(this.prefix)
      .append(variantName(variant))
      .append(".")
      .append(expiry)
      .append(".")
      .append(code)
      .append(this.attributes)
      .take();
  }

  private message(variant: Variant, expiry: Bytes): Bytes {
    const message = new BytesBuilder(128);
    appendField(message, CONTEXT);
    appendField(message, this.rollout);
    appendField(message, variantName(variant));
    appendField(message, expiry);
    return message.take();
  }
}

/** Appends the length of `field` as four bytes, the highest first, and then the field. */
function appendField(message: BytesBuilder, field: Bytes): void {
  const length = <u32>field.length;
  message.appendByte(<u8>(length >> 24)).appendByte(<u8>(length >> 16));
  message
    .appendByte(<u8>(length >> 8))
    .appendByte(<u8>length)
    .append(field);
}
