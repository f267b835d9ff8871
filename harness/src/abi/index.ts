/** Shared facts of the proxy-wasm ABI as Envoy 1.40 has it: numbers, names, signatures, the header codec. */
export * from "./enums.ts";
export * from "./exports.ts";
export * from "./imports.ts";
export * from "./pairs.ts";
export * from "./parameters.ts";
export * from "./status.ts";
