import type { TestProject } from "vitest/node";
import { type EnvoyInstallation, EnvoyNotFoundError, resolveEnvoy } from "../envoy/index.ts";
import { type HostKind, HOSTS_VARIABLE, parseHosts } from "../model/hosts.ts";
import { buildFilters } from "../wasm/build.ts";
import { targetUnderTest } from "./coverage.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The Envoy to test on; null where there is none. */
    envoy: EnvoyInstallation | null;
  }
}

/**
 * Before all tests: builds the filters and finds the Envoy for the hosts that are chosen, in the project's environment
 * or this process's. Without one the tests on it are skipped, in CI they fail.
 */
export default async function setup(project: TestProject): Promise<void> {
  const hosts = parseHosts(project.config.env?.[HOSTS_VARIABLE] ?? process.env[HOSTS_VARIABLE]);
  await buildFilters();
  if (targetUnderTest !== "release") await buildFilters({ target: targetUnderTest });
  project.provide("envoy", await findEnvoy(hosts));
}

async function findEnvoy(hosts: readonly HostKind[]): Promise<EnvoyInstallation | null> {
  if (hosts.every((kind) => kind === "emulator")) return null;
  try {
    return hosts.includes("container")
      ? await resolveEnvoy({ fetch: false, kind: "image" })
      : await resolveEnvoy({ fetch: false });
  } catch (error) {
    if (!(error instanceof EnvoyNotFoundError) || process.env["CI"]) throw error;
    console.warn(`skipping the tests on a real Envoy: ${error.message}`);
    return null;
  }
}
