import { Bytes, BytesBuilder, ConfigObject, ConfigReader, isSameField } from "proxy-wasm-as-sdk";
import { holds, holdsField, isFreeHeader, isPrintable } from "./checks";
import { AUTHORIZATION } from "./credential";
import { canonicalPath } from "./path";
import { Provider } from "./provider";
import { readProviders } from "./provider-config";
import { Rule } from "./rule";
import { readRules } from "./rule-config";

const MAX_HEADER_BYTES: i32 = 64;
const ROOT = Bytes.of("/");

/** The configuration, read and complete. */
@final
export class AuthConfig {
  /** `www-authenticate` of the Bearer scheme without error; null when there is no `jwt` provider. */
  bearerChallenge: Bytes | null = null;
  /** `www-authenticate` for API keys; null when there is no `api_key` provider. */
  apiKeyChallenge: Bytes | null = null;
  /** Headers that can carry a credential. */
  readonly credentialHeaders: Array<Bytes> = [];
  /** Headers that tell upstream the identity: no client may write them. */
  readonly identityHeaders: Array<Bytes> = [];
  /** Header that tells upstream the subject; null when none does. */
  subjectHeader: Bytes | null = null;
  /** Header that tells upstream the provider's name; null when none does. */
  providerHeader: Bytes | null = null;
  /** Whether a verified credential stays here. */
  stripsCredentials: bool = true;
  rules: Array<Rule> = [];
  /** For requests that no rule covers: every provider will do, anonymous will not. */
  readonly otherwise: Rule = new Rule(ROOT, false, u32.MAX_VALUE);

  constructor(readonly providers: Array<Provider>) {
    for (let i = 0; i < providers.length; i++) {
      const headers = providers[i].headers;
      for (let j = 0; j < headers.length; j++) this.addCredentialHeader(headers[j]);
      if (providers[i].jwt) this.addCredentialHeader(AUTHORIZATION);
    }
  }

  /** The rule for request target `target`, the first that covers it; null when its path is ambiguous. */
  ruleFor(target: Bytes): Rule | null {
    const rules = this.rules;
    if (rules.length == 0) return this.otherwise;
    const path = canonicalPath(target);
    if (!path) return null;
    for (let i = 0; i < rules.length; i++) if (rules[i].covers(path)) return rules[i];
    return this.otherwise;
  }

  private addCredentialHeader(name: Bytes): void {
    if (!holds(this.credentialHeaders, name)) this.credentialHeaders.push(name);
  }
}

/** Reads the whole configuration; `reader` knows afterwards what is wrong with it. */
export function readAuthConfig(reader: ConfigReader): AuthConfig {
  const root = reader.root;
  const realm = root.string("realm", "restricted", 128);
  if (realm.length == 0 || !isPrintable(realm)) root.error("realm", "1 to 128 printable ASCII characters");
  const config = new AuthConfig(readProviders(root));
  const forward = root.object("forward");
  if (forward) readForward(forward, config);
  config.rules = readRules(root, config.providers);
  addChallenges(config, realm);
  root.finish();
  return config;
}

function readForward(forward: ConfigObject, config: AuthConfig): void {
  config.subjectHeader = readIdentityHeader(forward, "subject_header", config);
  config.providerHeader = readIdentityHeader(forward, "provider_header", config);
  const subject = config.subjectHeader;
  const provider = config.providerHeader;
  if (subject && provider && isSameField(subject, provider)) {
    forward.error("provider_header", "another header than subject_header");
  }
  if (subject && !forward.has("provider_header") && config.providers.length > 1) {
    forward.error(
      "provider_header",
      "a header name: without it upstream cannot tell the providers' subjects apart",
    );
  }
  config.stripsCredentials = forward.bool("strip_credentials", true);
}

function readIdentityHeader(forward: ConfigObject, key: string, config: AuthConfig): Bytes | null {
  const name = forward.optionalString(key, MAX_HEADER_BYTES);
  if (!name) return null;
  if (!isFreeHeader(name)) forward.error(key, "a header name in lower case that is not reserved");
  if (holdsField(config.credentialHeaders, name))
    forward.error(key, "a header that no provider takes keys from");
  const header = name.copy();
  config.identityHeaders.push(header);
  return header;
}

/** Composes the challenges (RFC 9110 section 11.6.1) and gives every rule those of the providers it allows. */
function addChallenges(config: AuthConfig, realm: Bytes): void {
  const providers = config.providers;
  const bearer = challenge("Bearer", realm);
  const apiKey = challenge("ApiKey", realm);
  const rules = config.rules.concat([config.otherwise]);
  for (let i = 0; i < providers.length; i++) {
    const own = providers[i].jwt ? bearer : apiKey;
    if (providers[i].jwt) config.bearerChallenge = bearer;
    else config.apiKeyChallenge = apiKey;
    for (let j = 0; j < rules.length; j++) {
      if (rules[j].allows(providers[i]) && !holds(rules[j].challenges, own)) rules[j].challenges.push(own);
    }
  }
}

/** `scheme` with `realm` as a quoted-string (RFC 9110 section 5.6.4). */
function challenge(scheme: string, realm: Bytes): Bytes {
  const text = new BytesBuilder();
  text.append(scheme).append(' realm="');
  for (let i = 0; i < realm.length; i++) {
    const byte = realm.at(i);
    if (byte == 0x22 || byte == 0x5c) text.appendByte(0x5c);
    text.appendByte(byte);
  }
  return text.appendByte(0x22).take();
}
