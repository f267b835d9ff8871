/** The demo: four filters in a real Envoy, and a tour of requests through them. */
export { DEMO_CHAIN, type DemoFilter } from "./chain.ts";
export { type DemoOptions, type RunningDemo, startDemo } from "./demo.ts";
export type { DemoEvent, RequestReport } from "./events.ts";
