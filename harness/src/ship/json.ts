/** Plain data types of generated configuration. */

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object: an Envoy message in the proto3 JSON mapping, with field names in snake_case. */
export interface JsonObject {
  readonly [field: string]: Json;
}
