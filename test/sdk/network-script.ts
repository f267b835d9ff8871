import { expect } from "vitest";
import type { TestHost } from "../../harness/src/testing/index.ts";
import { type Step, reports, run, scripted } from "./script.ts";

/** Steps by hook of a connection. */
export interface ConnectionScript {
  readonly newConnection?: readonly Step[];
  readonly downstreamData?: readonly Step[];
  readonly upstreamData?: readonly Step[];
  readonly downstreamClose?: readonly Step[];
  readonly upstreamClose?: readonly Step[];
  readonly done?: readonly Step[];
  readonly log?: readonly Step[];
}

/** The scripted network filter. */
export const NETWORK_FILTER = { filter: "test/sdk/assembly/network-script.ts", name: "connection" };

/** A suite with the scripted network filter; the scripted HTTP filter beside it is how it gets its scripts. */
export const NETWORK_SUITE = {
  filters: [scripted()],
  networkFilters: [NETWORK_FILTER],
};

/** Sets what the filters of the connections from now on play. */
export async function play(host: TestHost, script: ConnectionScript): Promise<void> {
  const played = await run(host, { requestHeaders: [["setShared", "script", JSON.stringify(script)]] });
  expect(played.reports).toEqual(["Ok"]);
}

/** What connections have reported since the test began, once `count` of them are gone. */
export async function trace(host: TestHost, count = 1): Promise<string[]> {
  const gone = (): number => reports(host).filter((line) => line === "gone").length;
  await expect.poll(gone, { timeout: 10_000 }).toBe(count);
  return reports(host).filter((line) => !["Ok", "gone", "over"].includes(line));
}
