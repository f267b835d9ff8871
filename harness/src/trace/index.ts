/** Calls between host and modules: recorded, and decoded into words. */
export { EnvoyTrace, trapIn } from "./envoy-trace.ts";
export { TracePrinter } from "./printer.ts";
export { CallRecorder, type RecordedCall } from "./recorder.ts";
export { bytesText } from "./values.ts";
