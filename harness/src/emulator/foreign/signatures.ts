import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { Status } from "../../abi/index.ts";
import { readFields, writeFields, type Fields } from "./protobuf.ts";

const HASHES: ReadonlySet<string> = new Set(["sha1", "sha224", "sha256", "sha384", "sha512"]);
const EMPTY = Buffer.alloc(0);

/** The two ways to give a key: DER bytes or PEM text. Exactly one must be there. */
function keyBytes(fields: Fields, der: number, pem: number): { der: Buffer } | { pem: Buffer } | undefined {
  const [derBytes, pemText] = [bytesOf(fields, der), bytesOf(fields, pem)];
  if (derBytes.length > 0 === pemText.length > 0) return undefined;
  return derBytes.length > 0 ? { der: derBytes } : { pem: pemText };
}

function bytesOf(fields: Fields, number: number): Buffer {
  const value = fields.get(number);
  return value instanceof Buffer ? value : EMPTY;
}

/** RSA (PKCS#1 v1.5) and EC keys are all that Envoy 1.40 can use here. */
function isUsable(key: KeyObject): boolean {
  return key.asymmetricKeyType === "rsa" || key.asymmetricKeyType === "ec";
}

/**
 * verify_signature of Envoy 1.40: {1 hash, 2 DER key, 3 signature, 4 text, 5 PEM key} to {1 result, 2 error}.
 * @returns BadArgument for a malformed message or not exactly one key
 */
export function verifySignature(argument: Buffer): Uint8Array | Status {
  const fields = readFields(argument);
  const source = fields && keyBytes(fields, 2, 5);
  if (!fields || !source) return Status.BadArgument;
  const failed = (error: string): Buffer => writeFields([[2, Buffer.from(error)]]);
  const hash = bytesOf(fields, 1).toString("latin1");
  if (!HASHES.has(hash.toLowerCase())) return failed(`${hash} is not supported.`);
  // Node would take the public half of a private key too.
  if ("pem" in source && !source.pem.includes("-----BEGIN PUBLIC KEY-----"))
    return failed("Failed to initialize digest verify.");
  const key = tryKey(() =>
    "der" in source
      ? createPublicKey({ key: source.der, format: "der", type: "spki" })
      : createPublicKey({ key: source.pem, format: "pem" }),
  );
  if (!key || !isUsable(key)) return failed("Failed to initialize digest verify.");
  const isValid = verify(hash.toLowerCase(), bytesOf(fields, 4), key, bytesOf(fields, 3));
  return isValid ? writeFields([[1, true]]) : failed("Failed to verify digest. Error code: 0");
}

/**
 * sign of Envoy 1.40: {1 hash, 2 DER key (PKCS#8), 3 text, 4 PEM key} to {1 result, 2 signature, 3 error}.
 * @returns BadArgument for a malformed message or not exactly one key
 */
export function signText(argument: Buffer): Uint8Array | Status {
  const fields = readFields(argument);
  const source = fields && keyBytes(fields, 2, 4);
  if (!fields || !source) return Status.BadArgument;
  const failed = (error: string): Buffer => writeFields([[3, Buffer.from(error)]]);
  const hash = bytesOf(fields, 1).toString("latin1");
  if (!HASHES.has(hash.toLowerCase())) return failed(`${hash} is not supported.`);
  const key = tryKey(() =>
    "der" in source
      ? createPrivateKey({ key: source.der, format: "der", type: "pkcs8" })
      : createPrivateKey({ key: source.pem, format: "pem" }),
  );
  if (!key) return failed("Invalid key type: private key required for signing operation.");
  if (!isUsable(key)) return failed("Invalid private key: key data is corrupted or malformed.");
  return writeFields([
    [1, true],
    [2, sign(hash.toLowerCase(), bytesOf(fields, 3), key)],
  ]);
}

/** The key, or undefined if the bytes are none: the answer to the guest says so. */
function tryKey(parse: () => KeyObject): KeyObject | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
