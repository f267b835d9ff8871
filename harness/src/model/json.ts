/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object; as configuration of Envoy a message in the proto3 JSON mapping, with field names in snake_case. */
export interface JsonObject {
  readonly [field: string]: Json;
}
