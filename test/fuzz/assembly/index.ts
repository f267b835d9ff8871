// All targets in one module: each exported function reads `input` and writes what it found to `out`.

import { Plugin, registerPlugin } from "proxy-wasm-as-sdk";

export { begin, end, outputAddress, outputSize } from "./frame";
export * from "./auth";
export * from "./canary";
export * from "./codes";
export * from "./config";
export * from "./defects";
export * from "./host";
export * from "./json";
export * from "./packed";
export * from "./protobuf";
export * from "./rate";
export * from "./rewrite";
export * from "./text";

/** The compiler wants a plugin in a module: without one, a proxy could do nothing with it. */
class Idle extends Plugin {}

registerPlugin(() => new Idle());
