/** Plain data types of generated configuration. */
export type { Json, JsonObject } from "../model/json.ts";
