/** Envoy's configuration in docker-compose.yml: the demo's chain, services by their names in the stack. */
import { bootstrap, type JsonObject, toYaml } from "../ship/index.ts";
import { DEMO_CHAIN, DEMO_UPSTREAMS, demoTopology } from "./chain.ts";

/** Where the stack mounts build/release. */
const MODULES = "/etc/envoy/wasm";
const EVERYWHERE = "0.0.0.0";
/** Where the paths begin that are counted for all Envoys together. */
const GLOBAL_PATHS = "/global/";

const HEADER = `# Made by \`npm run compose:config\` from the demo's chain and filters/*/examples/demo.json: change those, not this.
`;

/** The configuration as the text of compose/envoy.yaml. */
export function composeConfig(): string {
  return HEADER + toYaml(composeBootstrap());
}

function composeBootstrap(): JsonObject {
  const modules = DEMO_CHAIN.map((name) => {
    return { name, target: "release" as const, wasmPath: `${MODULES}/${name}.wasm`, bytes: 0 };
  });
  return bootstrap(demoTopology(modules), {
    listener: { host: EVERYWHERE, port: 10_000 },
    admin: { host: EVERYWHERE, port: 9901 },
    clusters: [
      ...DEMO_UPSTREAMS.map((name) => ({ name, host: name, port: 8080 })),
      // Of a profile that is not the default one.
      { name: "ratelimit", host: "ratelimit", port: 8081, http2: true, optional: true },
    ],
    envoyFilters: [globalRateLimit()],
  });
}

/** Envoy's own filter for the rate-limit service; requests pass where the service is not there. */
function globalRateLimit(): JsonObject {
  const isGlobal = { name: ":path", string_match: { prefix: GLOBAL_PATHS } };
  return {
    name: "envoy.filters.http.ratelimit",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit",
      domain: "sidecraft",
      timeout: "0.5s",
      rate_limit_service: {
        transport_api_version: "V3",
        grpc_service: { envoy_grpc: { cluster_name: "ratelimit" } },
      },
      rate_limits: [
        { actions: [{ header_value_match: { descriptor_value: "global", headers: [isGlobal] } }] },
      ],
    },
  };
}
