/** No filter at all, and what Envoy itself brings for each workload. */
import type { JsonObject } from "../../harness/src/ship/json.ts";
import { tenants, type WorkloadName } from "../workloads.ts";
import { nativeFilter, type Variant } from "./variant.ts";

/** The same Envoy without a filter; what it costs is taken off every other variant. */
export const none: Variant = {
  name: "none",
  title: "no filter",
  build: () => Promise.reject(new Error("the baseline is not built")),
};

/** Filters that are compiled into Envoy. */
export const native: Variant = {
  name: "native",
  title: "Envoy's own filter (header_mutation, api_key_auth, local_ratelimit)",
  workloads: ["w1", "w2", "w3", "w4"],
  build: (workload) => Promise.resolve({ bytes: 0, filter: FILTERS[workload] }),
};

const MUTATION = "header_mutation.v3.HeaderMutation";

const FILTERS: Readonly<Record<WorkloadName, (copy: number, config: string) => JsonObject>> = {
  w1: (copy) =>
    nativeFilter(copy, MUTATION, {
      mutations: {
        request_mutations: [
          append("x-out", "u:%REQ(x-user)%", "OVERWRITE_IF_EXISTS_OR_ADD"),
          { remove: "x-secret" },
        ],
        response_mutations: [append("x-filter", "1", "APPEND_IF_EXISTS_OR_ADD")],
      },
    }),
  w2: (copy, config) =>
    nativeFilter(copy, "api_key_auth.v3.ApiKeyAuth", {
      credentials: config.split("\n").map((key, index) => ({ key, client: `client-${index}` })),
      key_sources: [{ header: "x-api-key" }],
    }),
  w3: (copy, config) => {
    const [burst, perSecond] = config.split(" ").map(Number) as [number, number];
    const bucket = { max_tokens: burst, tokens_per_fill: perSecond, fill_interval: "1s" };
    const all = { default_value: { numerator: 100, denominator: "HUNDRED" } };
    return nativeFilter(copy, "local_ratelimit.v3.LocalRateLimit", {
      stat_prefix: "bench",
      token_bucket: bucket,
      always_consume_default_token_bucket: false,
      filter_enabled: all,
      filter_enforced: all,
      rate_limits: [
        { actions: [{ request_headers: { header_name: "x-tenant", descriptor_key: "tenant" } }] },
      ],
      descriptors: tenants.map((value) => ({ entries: [{ key: "tenant", value }], token_bucket: bucket })),
    });
  },
  // A filter that is entered for both directions and finds nothing to do.
  w4: (copy) => nativeFilter(copy, MUTATION, { mutations: {} }),
};

function append(key: string, value: string, action: string): JsonObject {
  return { append: { header: { key, value }, append_action: action } };
}
