// All targets in one module: each exported function reads `input` and writes what it found to `out`.

import { registerPlugin } from "proxy-wasm-as-sdk";
import { ProbePlugin } from "./network";

export { begin, end, outputAddress, outputSize } from "./frame";
export * from "./auth";
export * from "./canary";
export * from "./codes";
export * from "./config";
export * from "./defects";
export * from "./envoy";
export * from "./grpc";
export * from "./host";
export * from "./json";
export { connections } from "./network";
export * from "./packed";
export * from "./protobuf";
export * from "./rate";
export * from "./rewrite";
export * from "./text";

registerPlugin(() => new ProbePlugin());
