import type { TestProject } from "vitest/node";
import { type EnvoyInstallation, EnvoyNotFoundError, resolveEnvoy } from "../envoy/index.ts";
import { buildFilters } from "../wasm/build.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The Envoy to test on; null where there is none. */
    envoy: EnvoyInstallation | null;
  }
}

/** Before all tests: builds the filters and finds Envoy. Without one the tests on it are skipped, in CI they fail. */
export default async function setup(project: TestProject): Promise<void> {
  await buildFilters();
  project.provide("envoy", await findEnvoy());
}

async function findEnvoy(): Promise<EnvoyInstallation | null> {
  try {
    return await resolveEnvoy({ fetch: false, onStep: () => {} });
  } catch (error) {
    if (!(error instanceof EnvoyNotFoundError) || process.env["CI"]) throw error;
    console.warn(`skipping the tests on a real Envoy: ${error.message}`);
    return null;
  }
}
