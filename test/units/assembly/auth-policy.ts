import { Bytes, ConfigReader } from "proxy-wasm-as-sdk";
import { AuthConfig, readAuthConfig } from "../../../filters/auth/assembly/config";
import { Credential, CredentialKind, parseAuthorization } from "../../../filters/auth/assembly/credential";
import { canonicalPath } from "../../../filters/auth/assembly/path";
import { decide } from "../../../filters/auth/assembly/policy";

let current: AuthConfig | null = null;

/** The path that rules are matched with; null when it is ambiguous. */
export function pathOf(target: ArrayBuffer): ArrayBuffer | null {
  const path = canonicalPath(Bytes.fromBuffer(target));
  if (!path) return null;
  return path.buffer.slice(path.start, path.start + path.length);
}

/** The kind of credential that a value of `authorization` is. */
export function kindOf(authorization: ArrayBuffer): i32 {
  return parseAuthorization(Bytes.fromBuffer(authorization)).kind;
}

/** Takes a configuration for `verdictOn`; the errors, one a line. */
export function configure(config: ArrayBuffer): string {
  const reader = ConfigReader.parse(Bytes.fromBuffer(config));
  current = readAuthConfig(reader);
  return reader.errors.map<string>((error) => error.toString()).join("\n");
}

/** What becomes of a bearer token at `now` (seconds since 1970): the identity or the name of the refusal. */
export function verdictOn(token: ArrayBuffer, now: f64): string {
  const config = current;
  if (!config) return "not configured";
  const credential = new Credential(CredentialKind.Bearer, Bytes.fromBuffer(token), Bytes.EMPTY);
  const verdict = decide(config, config.otherwise, credential, <i64>now);
  const refusal = verdict.refusal;
  if (refusal) return refusal.name;
  const provider = verdict.provider;
  return (provider ? provider.name.toString() : "") + "/" + verdict.subject.toString();
}
