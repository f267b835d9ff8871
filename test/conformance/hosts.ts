import { inject } from "vitest";
import { EmulatorHost } from "../../harness/src/testing/emulator-host.ts";
import { EnvoyHost } from "../../harness/src/testing/envoy-host.ts";
import type { SuiteOptions } from "../../harness/src/testing/index.ts";
import type { RunningHost } from "../../harness/src/testing/running-host.ts";

/** Starts a host for one case; null where there is none. */
export type Start = ((options: SuiteOptions) => Promise<RunningHost>) | null;

const envoy = inject("envoy");

/** The hosts by name, for cases that each need one of their own. */
export const hosts: readonly (readonly [name: string, start: Start])[] = [
  ["emulator", EmulatorHost.start],
  ["envoy", envoy && ((options) => EnvoyHost.start(options, envoy))],
];
