import { afterAll, afterEach, beforeAll, beforeEach, describe, inject, it } from "vitest";
import { EMULATOR_ONLY, HOSTS_VARIABLE, parseHosts } from "../model/hosts.ts";
import { EmulatorHost } from "./emulator-host.ts";
import { EnvoyHost } from "./envoy-host.ts";
import type { SuiteOptions, TestHost } from "./host.ts";
import { LateHost, type RunningHost } from "./running-host.ts";

/** What a suite's body gets: `it` of the test runner, and the host to talk to inside a test. */
export interface SuiteContext {
  readonly it: typeof it;
  readonly host: TestHost;
}

/**
 * Registers one suite for every host there is: the emulator, and the real Envoy where `npm test` found one; the
 * variable `SIDECRAFT_HOSTS` (`npm test -- --hosts`) chooses among them. Each host is started once per suite with `options`; tests run one after the other on it, so what a filter
 * keeps between requests stays between tests.
 */
export function describeHosts(
  name: string,
  options: SuiteOptions,
  body: (suite: SuiteContext) => void,
): void {
  const chosen = parseHosts(process.env[HOSTS_VARIABLE]);
  const { onlyEmulator = false } = options;
  const title = `${name} ${onlyEmulator ? EMULATOR_ONLY : "[emulator]"}`;
  if (chosen.includes("emulator"))
    describe(title, () => runOn(() => EmulatorHost.start(options), options, body));
  else if (onlyEmulator) describe.skip(title, () => body({ it, host: new LateHost() }));
  if (onlyEmulator) return;
  if (chosen.every((kind) => kind === "emulator")) return;
  const envoy = inject("envoy");
  const label = `${name} [${envoy?.kind === "image" ? "container" : "envoy"}]`;
  if (envoy) describe(label, () => runOn(() => EnvoyHost.start(options, envoy), options, body));
  else describe.skip(label, () => body({ it, host: new LateHost() }));
}

function runOn(
  start: () => Promise<RunningHost>,
  { mayTrap = false }: SuiteOptions,
  body: (suite: SuiteContext) => void,
): void {
  const host = new LateHost();
  beforeAll(async () => {
    host.running = await start();
  });
  beforeEach(() => host.running?.beginTest());
  afterEach(() => host.running?.endTest({ mayTrap }));
  afterAll(async () => {
    await host.running?.[Symbol.asyncDispose]();
  });
  body({ it, host });
}
