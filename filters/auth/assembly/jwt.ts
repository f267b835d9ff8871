import {
  Bytes,
  decodeBase64url,
  isFieldValue,
  JsonKind,
  JsonLimits,
  JsonValue,
  parseJson,
} from "proxy-wasm-as-sdk";
import { holds } from "./checks";
import { JwtPolicy, Provider } from "./provider";
import * as refusals from "./refusal";
import { Verdict } from "./verdict";

const MAX_TOKEN_BYTES: i32 = 8192;
const MAX_SUBJECT_BYTES: i32 = 256;
/** Tight: anyone can make us read a header, while claims are read only under a good signature. */
const HEADER_LIMITS = new JsonLimits(MAX_TOKEN_BYTES, 4, 64);
const CLAIMS_LIMITS = new JsonLimits(MAX_TOKEN_BYTES, 16, 1024);
const DOT: u8 = 0x2e;

const ALG = Bytes.of("alg");
const HS256 = Bytes.of("HS256");
const TYP = Bytes.of("typ");
const APPLICATION = Bytes.of("application/");
const CRIT = Bytes.of("crit");
const B64 = Bytes.of("b64");
const ZIP = Bytes.of("zip");
const ISS = Bytes.of("iss");
const SUB = Bytes.of("sub");
const AUD = Bytes.of("aud");
const EXP = Bytes.of("exp");
const NBF = Bytes.of("nbf");
const IAT = Bytes.of("iat");

/**
 * Verifies `token`, a JWT (RFC 7519) in JWS compact serialization (RFC 7515 section 3.1), against the provider whose
 * issuer it names. `now`: seconds since 1970. Keys that a token names or carries (`kid`, `jku`, `jwk`, `x5u`, `x5c`)
 * are never looked at: the issuer's secret is the only one.
 */
export function verifyToken(token: Bytes, providers: Array<Provider>, now: i64): Verdict {
  if (token.length > MAX_TOKEN_BYTES) return Verdict.refused(refusals.TOKEN_TOO_LONG);
  const first = token.indexOf(DOT);
  const second = first < 0 ? -1 : token.indexOf(DOT, first + 1);
  // A third dot makes it a JWE (RFC 7516 section 3.1).
  if (second < 0 || token.indexOf(DOT, second + 1) >= 0) return Verdict.refused(refusals.TOKEN_MALFORMED);
  const header = parseObject(token.slice(0, first), HEADER_LIMITS);
  const signature = decodeBase64url(token.slice(second + 1));
  if (!header || !signature) return Verdict.refused(refusals.TOKEN_MALFORMED);

  const algorithm = header.get(ALG);
  if (!algorithm || !isText(algorithm, HS256)) return Verdict.refused(refusals.TOKEN_ALGORITHM);
  // Extensions change what the signature covers or means: RFC 7515 section 4.1.11, RFC 7797, RFC 7516 section 4.1.3.
  if (header.get(CRIT) || header.get(B64) || header.get(ZIP)) return Verdict.refused(refusals.TOKEN_HEADER);

  const signed = token.slice(0, second);
  const signer = signerOf(signed, signature, providers);
  if (!signer) return Verdict.refused(refusals.TOKEN_SIGNATURE);
  const claims = parseObject(token.slice(first + 1, second), CLAIMS_LIMITS);
  if (!claims) return Verdict.refused(refusals.TOKEN_MALFORMED);
  const provider = issuerOf(claims.get(ISS), providers);
  const policy = provider ? provider.jwt : null;
  if (!provider || !policy) return Verdict.refused(refusals.TOKEN_ISSUER);
  // An issuer speaks for itself only; two of them may share a secret.
  if (provider != signer && !policy.mac.verify(signed, signature)) {
    return Verdict.refused(refusals.TOKEN_SIGNATURE);
  }

  if (!hasAcceptedType(header.get(TYP), policy)) return Verdict.refused(refusals.TOKEN_TYPE);
  const flaw = checkTimes(claims, policy, now);
  if (flaw) return Verdict.refused(flaw);
  if (!hasAudience(claims.get(AUD), policy)) return Verdict.refused(refusals.TOKEN_AUDIENCE);
  const subject = claims.get(SUB);
  if (!subject || !isUsableSubject(subject.text)) return Verdict.refused(refusals.TOKEN_SUBJECT);
  return Verdict.verified(provider, subject.text);
}

/** The first provider under whose secret `signature` is that of `signed`; null when there is none. */
function signerOf(signed: Bytes, signature: Bytes, providers: Array<Provider>): Provider | null {
  for (let i = 0; i < providers.length; i++) {
    const policy = providers[i].jwt;
    if (policy && policy.mac.verify(signed, signature)) return providers[i];
  }
  return null;
}

/** The JSON object that `part` of a token encodes; null when it does not. */
function parseObject(part: Bytes, limits: JsonLimits): JsonValue | null {
  const decoded = decodeBase64url(part);
  if (!decoded) return null;
  const value = parseJson(decoded, limits).value;
  return value && value.kind == JsonKind.Object ? value : null;
}

function isText(value: JsonValue, text: Bytes): bool {
  return value.kind == JsonKind.String && value.text.equals(text);
}

/** The provider that tokens with `iss` belong to; null when there is none. */
function issuerOf(iss: JsonValue | null, providers: Array<Provider>): Provider | null {
  if (!iss) return null;
  for (let i = 0; i < providers.length; i++) {
    const policy = providers[i].jwt;
    if (policy && isText(iss, policy.issuer)) return providers[i];
  }
  return null;
}

/** `typ` is a media type whose `application/` may be left out (RFC 7515 section 4.1.9); for its use RFC 8725 3.11. */
function hasAcceptedType(typ: JsonValue | null, policy: JwtPolicy): bool {
  if (policy.types.length == 0) return true;
  if (!typ) return false;
  const type = typ.text.toLowerCase();
  return holds(policy.types, type.startsWith(APPLICATION) ? type.slice(APPLICATION.length) : type);
}

/** What is wrong with the claims about time (RFC 7519 sections 4.1.4 to 4.1.6); null when nothing is. */
function checkTimes(claims: JsonValue, policy: JwtPolicy, now: i64): refusals.Refusal | null {
  const expiry = claims.get(EXP);
  const start = claims.get(NBF);
  const issued = claims.get(IAT);
  if (!expiry && policy.requiresExpiry) return refusals.TOKEN_CLAIMS;
  if (!isDate(expiry) || !isDate(start) || !isDate(issued)) return refusals.TOKEN_CLAIMS;
  // The leeway moves the clock, not the claim: a claim can be as large as an i64.
  if (expiry && now - policy.leeway >= expiry.integer) return refusals.TOKEN_EXPIRED;
  if (start && now + policy.leeway < start.integer) return refusals.TOKEN_NOT_YET_VALID;
  return null;
}

/** Whether a claim is absent or a NumericDate (RFC 7519 section 2) not before 1970. */
function isDate(claim: JsonValue | null): bool {
  return !claim || (claim.kind == JsonKind.Number && claim.number >= 0);
}

/** Whether `aud`, a string or a list of strings (RFC 7519 section 4.1.3), names one of the audiences. */
function hasAudience(aud: JsonValue | null, policy: JwtPolicy): bool {
  if (!aud) return false;
  if (aud.kind == JsonKind.String) return holds(policy.audiences, aud.text);
  if (aud.kind != JsonKind.Array) return false;
  let found = false;
  for (let i = 0; i < aud.length; i++) {
    const item = aud.at(i);
    if (!item || item.kind != JsonKind.String) return false;
    found = found || holds(policy.audiences, item.text);
  }
  return found;
}

/** Whether `subject` can stand in a header as it is: not empty, bounded, no control characters, no space at the ends. */
function isUsableSubject(subject: Bytes): bool {
  if (subject.length < 1 || subject.length > MAX_SUBJECT_BYTES || !isFieldValue(subject)) return false;
  return subject.indexOf(0x09) < 0 && subject.trim().length == subject.length;
}
