import {
  Bytes,
  BytesBuilder,
  ConfigObject,
  ConfigReader,
  decimalText,
  isReservedField,
} from "proxy-wasm-as-sdk";
import { KeyPart, MAX_KEYS, readKey } from "./key";
import { isCookieName, isHeaderName, isIdentifier, isVariantValue, isVisible } from "./names";
import { Override } from "./override";
import { StickyCookie } from "./sticky-cookie";
import { Variant } from "./variant";

const SECOND: i64 = 1_000_000_000;
const HOUR: i64 = 3600 * SECOND;
/** Browsers cut longer lives down to it (RFC 6265bis section 5.5). */
const MAX_COOKIE_AGE: i64 = 400 * 24 * HOUR;

const MAX_NAME: i32 = 64;
const MAX_SECRET: i32 = 256;
const MIN_OVERRIDE_SECRET: i32 = 8;
const MIN_COOKIE_SECRET: i32 = 16;

const HEADER_EXPECTED = "a header name in lower case that neither HTTP nor proxies use themselves";

/** What a request without a key gets, while `percent` is neither 0 nor 100. */
export enum NoKey {
  Stable,
  Random,
}

const NO_KEY: StaticArray<string> = ["stable", "random"];

enum Trust {
  Secret,
  Any,
}

const TRUST: StaticArray<string> = ["secret", "any"];

/** The configuration of the filter, checked and with its defaults. */
@final
export class CanaryConfig {
  /** What goes before a key when it is hashed: the name of the rollout and a colon. */
  salt: Bytes = Bytes.EMPTY;
  /** The canary's share in hundredths of a percent. */
  share: i32 = 0;
  key: Array<KeyPart> = [];
  noKey: NoKey = NoKey.Stable;
  variantHeader: Bytes = Bytes.EMPTY;
  canaryValue: Bytes = Bytes.EMPTY;
  stableValue: Bytes = Bytes.EMPTY;
  /** The override; null when there is none. */
  forcing: Override | null = null;
  /** Every client may choose its variant: to be warned about. */
  trustsAnyone: bool = false;
  cookie: StickyCookie | null = null;
  responseHeader: Bytes | null = null;

  /** What stands in the variant header for `variant`. */
  valueOf(variant: Variant): Bytes {
    return variant == Variant.Canary ? this.canaryValue : this.stableValue;
  }
}

/** Reads the configuration; what is wrong with it is in the reader's errors, and the result then not to be used. */
export function readConfig(reader: ConfigReader): CanaryConfig {
  const root = reader.root;
  const config = new CanaryConfig();
  const rollout = root.requiredString("rollout", MAX_NAME);
  if (rollout.length > 0 && !isIdentifier(rollout)) root.error("rollout", "letters, digits, - and _");
  config.salt = new BytesBuilder().append(rollout).append(":").take();
  if (root.has("percent")) config.share = root.percent("percent", 0);
  else root.error("percent", "the canary's share in percent");
  config.key = readKey(root.list("key", MAX_KEYS));
  config.noKey = root.choice("no_key", NO_KEY, NoKey.Stable);
  config.variantHeader = readHeaderName(root, "variant_header", "x-canary");
  if (root.has("response_header"))
    config.responseHeader = readHeaderName(root, "response_header", "x-canary-variant");
  readVariants(root, config);
  const forcing = root.object("override");
  if (forcing) readOverride(forcing, config);
  const cookie = root.object("cookie");
  if (cookie) config.cookie = readCookie(cookie, rollout);
  root.finish();
  return config;
}

function readHeaderName(object: ConfigObject, key: string, fallback: string): Bytes {
  const name = object.string(key, fallback, MAX_NAME);
  if (!isHeaderName(name) || isReservedField(name)) object.error(key, HEADER_EXPECTED);
  return name;
}

function readVariants(root: ConfigObject, config: CanaryConfig): void {
  const variants = root.object("variants");
  config.canaryValue = readVariantValue(variants, "canary");
  config.stableValue = readVariantValue(variants, "stable");
  if (variants && config.canaryValue.equals(config.stableValue)) {
    root.error("variants", "two different values: no route could tell them apart");
  }
}

function readVariantValue(variants: ConfigObject | null, key: string): Bytes {
  if (!variants) return Bytes.of(key);
  const value = variants.string(key, key, MAX_NAME);
  if (!isVariantValue(value)) variants.error(key, "letters, digits, - _ and .");
  return value;
}

function readOverride(object: ConfigObject, config: CanaryConfig): void {
  const header = readHeaderName(object, "header", "x-canary-override");
  const secret = object.secret("secret", MAX_SECRET);
  config.trustsAnyone = object.choice("trust", TRUST, Trust.Secret) == Trust.Any;
  if (config.trustsAnyone) {
    if (object.has("secret")) object.error("secret", 'nothing, as "trust" is "any"');
  } else if (!object.has("secret") || (secret && !isVisible(secret, MIN_OVERRIDE_SECRET))) {
    object.error("secret", decimalText(MIN_OVERRIDE_SECRET) + " or more visible ASCII characters");
  }
  config.forcing = new Override(header, config.trustsAnyone, secret ? secret : Bytes.EMPTY);
}

function readCookie(object: ConfigObject, rollout: Bytes): StickyCookie {
  const name = object.string("name", "canary", MAX_NAME);
  if (!isCookieName(name)) object.error("name", "a cookie name");
  const secret = object.secret("secret", MAX_SECRET);
  if (!object.has("secret") || (secret && !isVisible(secret, MIN_COOKIE_SECRET))) {
    object.error("secret", decimalText(MIN_COOKIE_SECRET) + " or more visible ASCII characters");
  }
  const maxAge = object.duration("max_age", HOUR, SECOND, MAX_COOKIE_AGE) / SECOND;
  const secure = object.bool("secure", true);
  if (!secure && hasSecurePrefix(name))
    object.error("secure", "true, which the prefix of the cookie's name demands");
  return new StickyCookie(name, rollout, secret ? secret : Bytes.EMPTY, maxAge, secure);
}

/** Browsers drop a cookie with such a name that is not secure (RFC 6265bis section 4.1.3). */
function hasSecurePrefix(name: Bytes): bool {
  return (
    name.slice(0, 7).equalsIgnoreCase(Bytes.of("__Host-")) ||
    name.slice(0, 9).equalsIgnoreCase(Bytes.of("__Secure-"))
  );
}
