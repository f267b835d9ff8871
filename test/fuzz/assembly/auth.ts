import { Bytes, BytesBuilder, ConfigReader, Pairs, encodeBase64url, hmacSha256 } from "proxy-wasm-as-sdk";
import { AuthConfig, readAuthConfig } from "../../../filters/auth/assembly/config";
import {
  Credential,
  CredentialKind,
  findCredential,
  parseAuthorization,
} from "../../../filters/auth/assembly/credential";
import { canonicalPath } from "../../../filters/auth/assembly/path";
import { challengesFor, decide } from "../../../filters/auth/assembly/policy";
import { input, out, part, rest, tell } from "./frame";

const NOW: i64 = 1_800_000_000;
const SECRET = Bytes.of("0123456789abcdef0123456789abcdef");
/** The key "secret-key" of client "acme", and tokens under a well-known secret. */
const CONFIG = Bytes.of(
  '{"providers":[{"name":"keys","api_key":{"from":[{"header":"x-api-key"}],"keys":[{"client":"acme","sha256":"85dbe15d75ef9308c7ae0f33c7a324cc6f4bf519a2ed2f3027bd33c140a4f9aa"}]}},' +
    '{"name":"tokens","jwt":{"issuer":"https://issuer.test","audiences":["orders"],"secret":"0123456789abcdef0123456789abcdef","leeway":"5s"}}],' +
    '"forward":{"subject_header":"x-user","provider_header":"x-provider"},"rules":[{"path_prefix":"/open","allow_anonymous":true},{"path_prefix":"/keys","providers":["keys"]}]}',
);

let held: AuthConfig | null = null;

function config(): AuthConfig {
  const made = held;
  if (made) return made;
  const reader = ConfigReader.parse(CONFIG);
  const read = readAuthConfig(reader);
  held = read;
  return read;
}

/** How many errors the configuration of these targets has. */
export function authErrors(): i32 {
  const reader = ConfigReader.parse(CONFIG);
  readAuthConfig(reader);
  return reader.errors.length;
}

export function path(): void {
  tell(canonicalPath(input));
}

export function authorization(): void {
  const credential = parseAuthorization(input);
  out.appendDecimal(credential.kind).append(" ").append(credential.value);
}

/** What becomes of a bearer token. */
export function token(): void {
  judge(config(), Bytes.EMPTY, new Credential(CredentialKind.Bearer, input, Bytes.EMPTY));
}

/** A request target and the header list of its request. */
export function authRequest(): void {
  const target = part();
  const read = config();
  judge(read, target, findCredential(new Pairs(rest()), read.credentialHeaders));
}

function judge(config: AuthConfig, target: Bytes, credential: Credential): void {
  const rule = target.length > 0 ? config.ruleFor(target) : config.otherwise;
  if (!rule) {
    out.append("ambiguous");
    return;
  }
  const verdict = decide(config, rule, credential, NOW);
  const refusal = verdict.refusal;
  if (refusal) {
    out.append("refused ").append(refusal.name);
    const challenges = challengesFor(refusal, config, rule, credential.kind);
    for (let i = 0; i < challenges.length; i++) out.append("\n").append(challenges[i]);
    return;
  }
  const provider = verdict.provider;
  out.append("passes ");
  if (provider) out.append(provider.name).append("/").append(verdict.subject);
}

/** A token's header and its claims, as the issuer would sign them. */
export function claims(): void {
  const header = encodeBase64url(part());
  const content = new BytesBuilder(256).append(header).append(".").append(encodeBase64url(rest()));
  const code = encodeBase64url(hmacSha256(SECRET, content.view()));
  const token = content.append(".").append(code).take();
  judge(config(), Bytes.EMPTY, new Credential(CredentialKind.Bearer, token, Bytes.EMPTY));
}
