import { Bytes, BytesBuilder } from "proxy-wasm-as-sdk";
import { AuthConfig } from "./config";
import { Credential, CredentialKind } from "./credential";
import { verifyToken } from "./jwt";
import * as refusals from "./refusal";
import { Rule } from "./rule";
import { Verdict } from "./verdict";

/**
 * Decides about a request under `rule`. `now`: seconds since 1970, needed for tokens only; without it (0) no token is
 * accepted, as it could have expired.
 */
export function decide(config: AuthConfig, rule: Rule, credential: Credential, now: i64): Verdict {
  if (credential.kind == CredentialKind.None) {
    return rule.allowsAnonymous ? Verdict.ANONYMOUS : Verdict.refused(refusals.MISSING);
  }
  const verdict = verify(config, credential, now);
  const provider = verdict.provider;
  if (provider && !rule.allows(provider)) return Verdict.refused(refusals.NOT_ALLOWED);
  return verdict;
}

function verify(config: AuthConfig, credential: Credential, now: i64): Verdict {
  if (credential.kind == CredentialKind.Several) return Verdict.refused(refusals.SEVERAL);
  if (credential.kind == CredentialKind.ApiKey) return findClient(config, credential);
  if (credential.kind != CredentialKind.Bearer) return Verdict.refused(refusals.MALFORMED);
  return now > 0
    ? verifyToken(credential.value, config.providers, now)
    : Verdict.refused(refusals.HOST_FAILURE);
}

function findClient(config: AuthConfig, credential: Credential): Verdict {
  const providers = config.providers;
  for (let i = 0; i < providers.length; i++) {
    const client = providers[i].clientOf(credential.value, credential.header);
    if (client) return Verdict.verified(providers[i], client);
  }
  return Verdict.refused(refusals.UNKNOWN_API_KEY);
}

/**
 * The values of `www-authenticate` for a refusal. A 401 has at least one (RFC 9110 section 15.5.2); the error code
 * stands in the Bearer challenge alone, and never where credentials are missing (RFC 6750 section 3.1).
 */
export function challengesFor(
  refusal: refusals.Refusal,
  config: AuthConfig,
  rule: Rule,
  kind: CredentialKind,
): Array<Bytes> {
  if (refusal.code.length == 0) return refusal.status == 401 ? rule.challenges : [];
  const bearer = config.bearerChallenge;
  if (!bearer || kind == CredentialKind.ApiKey) return [];
  const challenge = new BytesBuilder(192);
  challenge.append(bearer).append(', error="').append(refusal.code);
  challenge.append('", error_description="').append(refusal.description).append('"');
  return [challenge.take()];
}
