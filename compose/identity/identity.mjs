/**
 * An identity provider (OAuth 2.0 client credentials, RFC 6749 section 4.4) for trying out auth. Which tokens it issues
 * depends on the `resource` that is asked for (RFC 8707):
 *
 * - `urn:sidecraft:orders`: HS256, signed with the secret that the configuration of auth in AUTH_CONFIG names
 * - `urn:sidecraft:orders-jwks`: ES256, signed with the newest of the keys at `/jwks`
 *
 * The keys change every ROTATE_EVERY seconds and with `POST /rotate`; the two before stay at `/jwks`, so that tokens
 * which are under way can still be verified. Everything is in memory: never use it for anything real.
 */
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Provider, errors } from "oidc-provider";

const KEPT_KEYS = 3;
const TOKEN_TTL_S = 600;

const env = process.env;
const port = Number(env.PORT ?? 8080);
const trusted = trustedIssuer(JSON.parse(readFileSync(env.AUTH_CONFIG ?? "/srv/auth.json", "utf8")));

let keys = [newKey()];
let answer = newProvider();

/** What auth trusts: the first provider with a shared secret. */
function trustedIssuer({ providers }) {
  const jwt = providers.find((provider) => provider.jwt?.secret)?.jwt;
  if (!jwt) throw new Error(`${env.AUTH_CONFIG} has no provider with jwt.secret`);
  return { issuer: jwt.issuer, audience: jwt.audiences[0], secret: Buffer.from(jwt.secret) };
}

function newKey() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "ES256" };
}

function newProvider() {
  const resources = {
    "urn:sidecraft:orders": { sign: { alg: "HS256", key: trusted.secret } },
    "urn:sidecraft:orders-jwks": { sign: { alg: "ES256", kid: keys[0].kid } },
  };
  const provider = new Provider(trusted.issuer, {
    clients: [
      {
        client_id: env.CLIENT_ID ?? "orders-client",
        client_secret: env.CLIENT_SECRET ?? "orders-client-demo-secret",
        grant_types: ["client_credentials"],
        response_types: [],
        redirect_uris: [],
        id_token_signed_response_alg: "ES256",
      },
    ],
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    cookies: { keys: [randomUUID()] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_context, resource) {
          const jwt = resources[resource];
          if (!jwt) throw new errors.InvalidTarget(`resources: ${Object.keys(resources).join(", ")}`);
          return {
            scope: "orders",
            audience: trusted.audience,
            accessTokenTTL: TOKEN_TTL_S,
            accessTokenFormat: "jwt",
            jwt,
          };
        },
      },
    },
    ttl: { ClientCredentials: TOKEN_TTL_S },
    // The newest key comes first.
    jwks: { keys },
  });
  return provider.callback();
}

function rotate() {
  keys = [newKey(), ...keys].slice(0, KEPT_KEYS);
  answer = newProvider();
  console.log(`identity: signs with key ${keys[0].kid}`);
}

const server = createServer((request, response) => {
  if (request.url === "/health") return response.end("ok\n");
  if (request.url !== "/rotate") return answer(request, response);
  if (request.method !== "POST") return response.writeHead(405, { allow: "POST" }).end();
  rotate();
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ kid: keys[0].kid }));
});

const timer = setInterval(rotate, Number(env.ROTATE_EVERY ?? 3600) * 1000);
// Longer than clients keep a connection, which else may close under a request.
server.keepAliveTimeout = 75_000;
server.listen(port, () => console.log(`identity: ${trusted.issuer} on port ${port}`));
// The first process of a container ends at no signal that it does not handle.
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    clearInterval(timer);
    server.close();
    server.closeAllConnections();
  });
}
