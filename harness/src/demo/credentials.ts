/** What the demo's clients show as proof of who they are. All of it is public: never use it elsewhere. */
import { createHmac } from "node:crypto";
import { demoConfig } from "./chain.ts";

/** API keys of the demo; the configuration of `auth` holds their SHA-256 digests only. */
export const API_KEYS = { acme: "acme-demo-key", globex: "globex-demo-key" } as const;

interface AuthConfig {
  readonly providers: readonly {
    readonly name: string;
    readonly jwt?: {
      readonly issuer: string;
      readonly audiences: readonly string[];
      readonly secret?: string;
      readonly secret_base64url?: string;
    };
  }[];
}

interface CanaryConfig {
  readonly override?: { readonly header: string; readonly secret?: string };
}

/** Who may issue tokens in the demo, and how they are signed. */
export interface TokenIssuer {
  /** Name of the provider in the configuration of `auth`. */
  readonly provider: string;
  /**
   * Makes a JWT (RFC 7519) signed with HS256.
   *
   * @param subject claim `sub`
   * @param expiresIn seconds from now to `exp`; negative for a token that has expired
   */
  issue(subject: string, expiresIn: number): string;
}

/**
 * Reads the issuer of the demo from the configuration of `auth`.
 *
 * @throws {RangeError} if it has none
 */
export function demoIssuer(config: string = demoConfig("auth")): TokenIssuer {
  const { providers } = JSON.parse(config) as AuthConfig;
  const provider = providers.find(({ jwt }) => jwt !== undefined);
  const jwt = provider?.jwt;
  const secret = jwt?.secret ?? Buffer.from(jwt?.secret_base64url ?? "", "base64url");
  if (provider === undefined || jwt === undefined || secret.length === 0) {
    throw new RangeError("the demo configuration of auth has no provider of tokens with a secret");
  }
  return {
    provider: provider.name,
    issue(subject, expiresIn) {
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: jwt.issuer, aud: jwt.audiences[0], sub: subject, iat: now, exp: now + expiresIn };
      const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
      return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
    },
  };
}

/**
 * The header that sends one request to the canary, as the configuration of `canary` wants it.
 *
 * @throws {RangeError} if the configuration allows no override
 */
export function demoOverride(config: string = demoConfig("canary")): readonly [name: string, value: string] {
  const { override } = JSON.parse(config) as CanaryConfig;
  if (override === undefined) throw new RangeError("the demo configuration of canary has no override");
  return [override.header, override.secret === undefined ? "canary" : `canary;${override.secret}`];
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
