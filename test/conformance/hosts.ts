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

/** Whether the Envoy under test is older than minor version `since` ("1.39"), if that is given. */
export function isOlderThan(since: string | undefined): boolean {
  if (since === undefined || !envoy) return false;
  const [major = 0, minor = 0] = envoy.version.split(".").map(Number);
  const [sinceMajor = 0, sinceMinor = 0] = since.split(".").map(Number);
  return major < sinceMajor || (major === sinceMajor && minor < sinceMinor);
}
