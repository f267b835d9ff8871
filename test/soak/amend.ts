/**
 * Has Envoy answer by itself, since a million requests to an upstream in another process take too long: routes with
 * an answer of their own, and clusters that lead to listeners inside of Envoy.
 */
import type { Json, JsonObject } from "../../harness/src/ship/index.ts";

/** Sizes of the answers at `/answer/<size>`. */
export const ANSWER_SIZES = [0, 1, 100, 1_000, 5_000, 20_000, 65_536] as const;

/** The body of the answer of `size` bytes. */
export function answerBody(size: number): string {
  return Array.from({ length: Math.ceil(size / 8) }, (_, n) => `${n}`.padStart(8, "."))
    .join("")
    .slice(0, size);
}

const TYPES = "type.googleapis.com/envoy.extensions";
const MANY = 20_000;

const HTTP2: JsonObject = {
  "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
    "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
    explicit_http_config: { http2_protocol_options: { max_concurrent_streams: MANY } },
  },
};

/** Sends every request back: its body, and its number. */
const ECHO = `function envoy_on_request(handle)
  local body = handle:body()
  local content = ""
  if body ~= nil then content = body:getBytes(0, body:length()) end
  local number = handle:headers():get("x-soak-number")
  handle:respond({[":status"] = "200", ["x-soak-number"] = number, ["content-type"] = "text/plain"}, content)
end`;

/** Adds answers, inner listeners, and limits that 5,000 streams do not reach. */
export function amend(config: JsonObject): JsonObject {
  const resources = config["static_resources"] as { listeners: JsonObject[]; clusters: JsonObject[] };
  const [ingress] = resources.listeners as unknown as [Listener];
  const manager = ingress.filter_chains[0].filters[0];
  return {
    ...config,
    bootstrap_extensions: [
      {
        name: "envoy.bootstrap.internal_listener",
        typed_config: { "@type": `${TYPES}.bootstrap.internal_listener.v3.InternalListener` },
      },
    ],
    static_resources: {
      ...resources,
      listeners: [
        {
          ...ingress,
          // Each worker gets as many connections as the other, in every run.
          connection_balance_config: { exact_balance: {} },
          filter_chains: [
            {
              filters: [
                { ...manager, typed_config: { ...manager.typed_config, route_config: ingressRoutes() } },
              ],
            },
          ],
        },
        innerListener("echo", [
          {
            name: "envoy.filters.http.lua",
            typed_config: {
              "@type": `${TYPES}.filters.http.lua.v3.Lua`,
              default_source_code: { inline_string: ECHO },
            },
          },
        ]),
        innerListener("oracle", []),
      ],
      clusters: [...resources.clusters, inner("echo"), inner("oracle")].map((cluster) => ({
        ...cluster,
        ...(cluster["name"] === "held" && { typed_extension_protocol_options: HTTP2 }),
        circuit_breakers: {
          thresholds: [{ max_connections: MANY, max_pending_requests: MANY, max_requests: MANY }],
        },
      })),
    },
  };
}

type Listener = JsonObject & {
  readonly filter_chains: [{ readonly filters: [JsonObject & { readonly typed_config: JsonObject }] }];
};

function ingressRoutes(): JsonObject {
  return routes([{ match: { prefix: "/echo" }, route: { cluster: "echo" } }, ...answers()]);
}

function answers(): JsonObject[] {
  const number = { header: { key: "x-soak-number", value: "%REQ(x-soak-number)%" } };
  const secret = { header: { key: "x-soak-secret", value: "to be removed" } };
  const answer = (path: string, status: number, body: string): JsonObject => ({
    match: { path },
    direct_response: { status, ...(body !== "" && { body: { inline_string: body } }) },
    response_headers_to_add: [number, secret],
  });
  return [
    answer("/refused", 403, "refused"),
    answer("/broken", 500, "broken"),
    ...ANSWER_SIZES.map((size) => answer(`/answer/${size}`, 200, answerBody(size))),
  ];
}

function routes(list: readonly JsonObject[]): JsonObject {
  return {
    name: "routes",
    max_direct_response_body_size_bytes: 65_536,
    virtual_hosts: [{ name: "all", domains: ["*"], routes: list }],
  };
}

function inner(name: string): JsonObject {
  const address = { envoy_internal_address: { server_listener_name: name } };
  return {
    name,
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }],
    },
  };
}

function innerListener(name: string, filters: readonly Json[]): JsonObject {
  const router = {
    name: "envoy.filters.http.router",
    typed_config: { "@type": `${TYPES}.filters.http.router.v3.Router` },
  };
  const manager = {
    "@type": `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: name,
    http_protocol_options: { enable_trailers: true },
    route_config: routes(answers()),
    http_filters: [...filters, router],
  };
  return {
    name,
    internal_listener: {},
    filter_chains: [
      { filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }] },
    ],
  };
}
