import { expect } from "vitest";
import type { RunningEnvoy, StartOptions } from "../../harness/src/envoy/index.ts";
import type { MODULES } from "./modules.ts";
import { topologyWith } from "./topology.ts";

type Start = (options: Pick<StartOptions, "topology" | "reloadable">) => Promise<RunningEnvoy>;

/** What every driver does when filters are replaced: takes what is right, keeps what is in force when it is not. */
export async function expectReloads(
  start: Start,
  modules: Record<keyof typeof MODULES, string>,
): Promise<void> {
  const topology = topologyWith(modules.status);
  const envoy = await start({ topology, reloadable: true });
  const status = async (): Promise<number> => (await fetch(envoy.url)).status;
  expect(await status()).toBe(202);
  expect(await envoy.updateFilter("probe", "four")).toEqual({ accepted: true });
  expect(await status()).toBe(204);
  expect(await envoy.updateFilter("probe", "bad")).toMatchObject({
    accepted: false,
    reason: expect.stringContaining("three bytes are refused"),
  });
  expect(await status()).toBe(204);
  expect(await envoy.updateFilter("probe", "four")).toEqual({ accepted: true });
  expect(await envoy.updateFilter("probe", "bad")).toMatchObject({ accepted: false });
  const [filter] = topology.filters;
  expect(await envoy.replaceFilter({ ...filter!, wasmPath: modules.unlinkable })).toMatchObject({
    accepted: false,
  });
  expect(await status()).toBe(204);
  expect(await envoy.replaceFilter({ ...filter!, wasmPath: modules.empty })).toEqual({ accepted: true });
  expect(await (await fetch(envoy.url)).text()).toBe("upstream saw /");
}
