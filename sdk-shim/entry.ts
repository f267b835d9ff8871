// Compiled beside every filter: puts the callbacks of the ABI among the module's exports.
export * from "proxy-wasm-as-sdk/assembly/exports";
export * from "proxy-wasm-as-sdk/assembly/network-exports";
