/** An Envoy under load: what it runs, and what its filter tells about its memory. */
import { setTimeout as sleep } from "node:timers/promises";
import { inject } from "vitest";
import { type RunningEnvoy, startEnvoy, type UpstreamAddress } from "../../harness/src/envoy/index.ts";
import { buildEntry } from "../../harness/src/wasm/build.ts";
import { amend } from "./amend.ts";

const POLL_MS = 50;

/** Memory of a filter, over all its VMs. */
export interface Memory {
  /** Pages of linear memory, 64 KiB each. */
  readonly pages: number;
  /** Bytes of live objects. */
  readonly live: number;
}

/** Starts Envoy with filter `test/soak/assembly/<name>.ts` and Envoy's own answers, see {@link amend}; given a `config`, it can be updated. */
export async function startProxy(
  name: string,
  options: { workers: number; clusters?: readonly UpstreamAddress[]; config?: string },
): Promise<RunningEnvoy> {
  const installation = inject("envoy");
  if (!installation) throw new Error("there is no Envoy to test on");
  const { wasmPath } = await buildEntry(`test/soak/assembly/${name}.ts`);
  return startEnvoy({
    installation,
    topology: { filters: [{ name, wasmPath, config: options.config }], routes: [], workers: options.workers },
    clusters: options.clusters ?? [],
    http1Trailers: true,
    amend,
    reloadable: options.config !== undefined,
  });
}

/** Waits until Envoy has no requests on their way, and none of its filter's either. */
export async function untilQuiet(envoy: RunningEnvoy): Promise<void> {
  await poll(async () => {
    const stats = await envoy.admin.stats(
      "(http\\.ingress_http\\.downstream|^cluster\\..*\\.upstream)_rq_active$",
    );
    return [...stats.values()].every((active) => active === 0) || undefined;
  });
}

/**
 * Waits until nothing has happened in any VM for a while, and tells what is in their memory then. Something must have
 * happened in each since the last time.
 */
export async function idleMemory(envoy: RunningEnvoy): Promise<Memory> {
  return poll(async () => {
    const stats = await envoy.admin.stats("^wasmcustom\\.soak_");
    const value = (name: string): number | undefined => stats.get(`wasmcustom.soak_${name}`);
    const [busy, pages, live] = [value("busy"), value("pages"), value("live")];
    return busy === 0 && pages !== undefined && live !== undefined ? { pages, live } : undefined;
  });
}

/** Asks until there is an answer; the test's own time limit ends what has none. */
async function poll<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(POLL_MS);
  }
}

/** What a filter must never do: the first line about a trap; undefined when there was none. */
export function trapOf(envoy: RunningEnvoy): string | undefined {
  return envoy.output.find((line) => line.includes("Function: proxy_on_") && line.includes("failed:"));
}
