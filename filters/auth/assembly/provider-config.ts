import {
  Bytes,
  ConfigList,
  ConfigObject,
  HmacSha256,
  decimalText,
  decodeBase64url,
  decodeHex,
  isToken,
  sha256,
} from "proxy-wasm-as-sdk";
import {
  holds,
  isFreeHeader,
  isHexDigest,
  isPlainValue,
  isPrintable,
  isProviderName,
  isVisible,
} from "./checks";
import { JwtPolicy, Provider } from "./provider";

/** One bit each in a rule's set of providers. */
const MAX_PROVIDERS: i32 = 32;
const MAX_KEYS: i32 = 1024;
const MAX_TEXT_BYTES: i32 = 512;
/** RFC 7518 section 3.2: a key of the size of the hash output or larger. */
const MIN_SECRET_BYTES: i32 = 32;
const SECOND: i64 = 1000000000;

const X_API_KEY = Bytes.of("x-api-key");

/** Reads `providers`: 1 to 32 with different names, issuers and keys. */
export function readProviders(root: ConfigObject): Array<Provider> {
  const providers: Array<Provider> = [];
  const list = readList(root, "providers", MAX_PROVIDERS, true);
  for (let i = 0; list && i < list.length; i++) {
    const item = list.objectAt(i);
    const name = item.requiredString("name", 64).copy();
    if (!isProviderName(name))
      item.error("name", 'letters, digits, ".", "_" and "-", first a letter or digit');
    for (let j = 0; j < i; j++) {
      if (name.length > 0 && providers[j].name.equals(name))
        item.error("name", "a name that no other provider has");
    }
    const provider = new Provider(name, 1 << i);
    if (item.has("api_key") == item.has("jwt")) item.error("api_key", 'either "api_key" or "jwt"');
    const apiKey = item.object("api_key");
    const jwt = item.object("jwt");
    if (apiKey) readApiKeys(apiKey, provider, providers);
    if (jwt) provider.jwt = readJwt(jwt, providers);
    providers.push(provider);
  }
  return providers;
}

/** The list `key` of 1 to `most` items; null when it is absent or wrong. */
function readList(object: ConfigObject, key: string, most: i32, isRequired: bool): ConfigList | null {
  const list = object.list(key, most);
  if ((list && list.length == 0) || (isRequired && !object.has(key))) {
    object.error(key, "a list of 1 to " + decimalText(most) + " items");
  }
  return list;
}

function readApiKeys(object: ConfigObject, provider: Provider, others: Array<Provider>): void {
  const from = readList(object, "from", 8, false);
  if (!from) provider.headers.push(X_API_KEY);
  for (let i = 0; from && i < from.length; i++) {
    const source = from.objectAt(i);
    const header = source.requiredString("header", 64).copy();
    if (header.length == 0) continue;
    if (!isFreeHeader(header)) source.error("header", "a header name in lower case that is not reserved");
    if (holds(provider.headers, header)) source.error("header", "a header that is not in the list yet");
    provider.headers.push(header);
  }
  const keys = readList(object, "keys", MAX_KEYS, true);
  for (let i = 0; keys && i < keys.length; i++) readApiKey(keys.objectAt(i), provider, others);
}

function readApiKey(item: ConfigObject, provider: Provider, others: Array<Provider>): void {
  const client = item.requiredString("client", 256).copy();
  if (!isPlainValue(client)) item.error("client", "printable ASCII characters without spaces at the ends");
  // Not shown in errors: somebody may have put the key itself here.
  const text = item.secret("sha256", 128);
  if (!text && item.has("sha256")) return;
  const digest = text && isHexDigest(text) ? decodeHex(text) : null;
  if (!digest) {
    item.error("sha256", "the SHA-256 digest of the key: 64 hexadecimal digits in lower case");
    return;
  }
  if (digest.equals(sha256(Bytes.EMPTY))) item.error("sha256", "the digest of a key that is not empty");
  let isTaken = provider.clients.has(digest);
  for (let i = 0; i < others.length; i++) isTaken = isTaken || others[i].clients.has(digest);
  if (isTaken) item.error("sha256", "a key that is not in any list yet");
  provider.clients.set(digest, client);
}

function readJwt(object: ConfigObject, others: Array<Provider>): JwtPolicy {
  const issuer = object.requiredString("issuer", MAX_TEXT_BYTES).copy();
  if (!isPrintable(issuer)) object.error("issuer", "printable ASCII characters");
  for (let i = 0; i < others.length; i++) {
    const other = others[i].jwt;
    if (other && issuer.length > 0 && other.issuer.equals(issuer)) {
      object.error("issuer", "an issuer that no other provider has");
    }
  }
  const audiences: Array<Bytes> = [];
  const list = readList(object, "audiences", 32, true);
  for (let i = 0; list && i < list.length; i++) {
    const audience = list.stringAt(i, MAX_TEXT_BYTES).copy();
    if (!isPrintable(audience)) list.error(i, "printable ASCII characters");
    audiences.push(audience);
  }
  const types: Array<Bytes> = [];
  const typeList = readList(object, "types", 8, false);
  for (let i = 0; typeList && i < typeList.length; i++) {
    const type = typeList.stringAt(i, 127).copy();
    if (type.length > 0 && !isToken(type)) typeList.error(i, "a media type without application/");
    types.push(type.toLowerCase());
  }
  const leeway = object.duration("leeway", 60 * SECOND, 0, 600 * SECOND) / SECOND;
  const requiresExpiry = object.bool("require_exp", true);
  return new JwtPolicy(issuer, audiences, types, leeway, requiresExpiry, new HmacSha256(readSecret(object)));
}

/** The secret, given as text or as base64url; empty on an error. */
function readSecret(object: ConfigObject): Bytes {
  const text = object.secret("secret", MAX_TEXT_BYTES);
  const encoded = object.secret("secret_base64url", MAX_TEXT_BYTES);
  if (object.has("secret") == object.has("secret_base64url")) {
    object.error("secret", 'either "secret" or "secret_base64url"');
    return Bytes.EMPTY;
  }
  if (text) {
    if (text.length < MIN_SECRET_BYTES || !isVisible(text)) {
      object.error("secret", "32 to 512 visible ASCII characters (RFC 7518 section 3.2)");
    }
    return text;
  }
  if (!encoded) return Bytes.EMPTY;
  const secret = decodeBase64url(encoded);
  if (secret && secret.length >= MIN_SECRET_BYTES) return secret;
  object.error("secret_base64url", "base64url without padding of at least 32 bytes (RFC 7518 section 3.2)");
  return Bytes.EMPTY;
}
