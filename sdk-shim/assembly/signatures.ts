import { Status } from "./abi/types";
import { Bytes } from "./bytes";
import { callForeignFunction } from "./foreign";
import { ProtobufReader, ProtobufWriter } from "./protobuf";
import { bytesOf } from "./text";

// @ts-ignore: decorator
@lazy
const PEM = Bytes.of("-----BEGIN");

/**
 * What `verifySignature` found.
 *
 * @example
 * ```ts
 * function explain(found: Verification): void {
 *   if (!found.isValid) log(LogLevel.Warn, found.error);
 * }
 * ```
 */
@final
export class Verification {
  constructor(
    /** Whether the signature is right; nothing else counts for a decision. */
    readonly isValid: bool,
    /** Why it is not, in the host's words; empty when the host did not even try. */
    readonly error: Bytes,
  ) {}
}

/**
 * What `sign` made.
 *
 * @example
 * ```ts
 * function signatureText(made: Signature): Bytes {
 *   const value = made.value;
 *   return value ? encodeBase64(value) : Bytes.EMPTY;
 * }
 * ```
 */
@final
export class Signature {
  constructor(
    /** The signature: RSA PKCS #1 v1.5, or ECDSA as DER (RFC 3279 section 2.2.3). Null when there is none. */
    readonly value: Bytes | null,
    /** Why there is none, in the host's words; empty when the host did not even try. */
    readonly error: Bytes,
  ) {}
}

/**
 * Has the host verify `signature` of `text` (Envoy's foreign function `verify_signature`), each a string or Bytes.
 *
 * `hash` is sha1, sha224, sha256, sha384 or sha512; `publicKey` RSA or ECDSA, as PEM or as DER (SubjectPublicKeyInfo,
 * RFC 5280 section 4.1). RSA signatures are PKCS #1 v1.5, ECDSA ones DER: those of a JWT (RFC 7518 section 3.4) must be
 * put into that form first. Not valid either when the host has no such function or cannot read the key.
 *
 * @example
 * ```ts
 * export function isSigned(message: Bytes, signature: Bytes, key: Bytes): bool {
 *   return verifySignature("sha256", key, signature, message).isValid;
 * }
 * ```
 */
export function verifySignature<H, K, S, T>(hash: H, publicKey: K, signature: S, text: T): Verification {
  const key = bytesOf<K>(publicKey);
  const message = new ProtobufWriter()
    .bytes(1, bytesOf<H>(hash))
    .bytes(key.startsWith(PEM) ? 5 : 2, key)
    .bytes(3, bytesOf<S>(signature))
    .bytes(4, bytesOf<T>(text));
  const answer = callForeignFunction("verify_signature", message.take());
  if (answer.status != Status.Ok) return new Verification(false, Bytes.EMPTY);
  const reader = new ProtobufReader(answer.value);
  let isValid = false;
  let error = Bytes.EMPTY;
  while (reader.next()) {
    if (reader.field == 1) isValid = reader.bool;
    else if (reader.field == 2) error = reader.bytes;
  }
  return new Verification(isValid && reader.isValid, error);
}

/**
 * Has the host sign `text` (Envoy's foreign function `sign`). `hash` as for `verifySignature`, `privateKey` RSA or
 * ECDSA, as PEM or as DER (PKCS #8, RFC 5958), each a string or Bytes.
 *
 * @example
 * ```ts
 * export function signed(message: Bytes, key: Bytes): Bytes | null {
 *   return sign("sha256", key, message).value;
 * }
 * ```
 */
export function sign<H, K, T>(hash: H, privateKey: K, text: T): Signature {
  const key = bytesOf<K>(privateKey);
  const message = new ProtobufWriter()
    .bytes(1, bytesOf<H>(hash))
    .bytes(key.startsWith(PEM) ? 4 : 2, key)
    .bytes(3, bytesOf<T>(text));
  const answer = callForeignFunction("sign", message.take());
  if (answer.status != Status.Ok) return new Signature(null, Bytes.EMPTY);
  const reader = new ProtobufReader(answer.value);
  let isSigned = false;
  let value = Bytes.EMPTY;
  let error = Bytes.EMPTY;
  while (reader.next()) {
    if (reader.field == 1) isSigned = reader.bool;
    else if (reader.field == 2) value = reader.bytes;
    else if (reader.field == 3) error = reader.bytes;
  }
  return new Signature(isSigned && reader.isValid ? value : null, error);
}
