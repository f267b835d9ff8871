import type { SuiteOptions } from "../../harness/src/testing/index.ts";
import { DEMO_CHAIN, DEMO_ROUTES, demoConfig } from "../../harness/src/demo/chain.ts";

/** The demo's chain as a suite: the four filters with the configurations that `npm start` uses. */
export const DEMO_SUITE: SuiteOptions = {
  filters: DEMO_CHAIN.map((filter) => ({ filter, config: demoConfig(filter) })),
  routes: DEMO_ROUTES,
  workers: 2,
};
