// All targets in one module: each exported function reads `input` and writes what it found to `out`.

export { begin, end, outputAddress, outputSize } from "./frame";
export * from "./auth";
export * from "./canary";
export * from "./codes";
export * from "./config";
export * from "./defects";
export * from "./host";
export * from "./json";
export * from "./protobuf";
export * from "./rate";
export * from "./rewrite";
export * from "./text";
