/** Linear memory of the Wasm VMs of an Envoy, as the operating system sees it. */
import { readFile } from "node:fs/promises";
import { errorText } from "../process/exec.ts";
import type { RunningEnvoy } from "./options.ts";

const PAGE_BYTES = 65_536n;
/** V8 reserves this much address space for each memory, and opens as many pages of it as the memory has. */
const RESERVED_BYTES = 8n * 1024n ** 3n;

/**
 * Pages of linear memory (64 KiB) of each VM: on the main thread, where one more serves as a pattern, and on every worker.
 *
 * @throws {Error} if Envoy runs in a container, or this is no Linux
 */
export async function linearMemoryPages({ pid }: RunningEnvoy): Promise<number[]> {
  if (pid === undefined) throw new Error("the memory of an Envoy in a container cannot be seen from here");
  let maps: string;
  try {
    maps = await readFile(`/proc/${pid}/maps`, "utf8");
  } catch (error) {
    throw new Error(`the memory of Envoy can be seen on Linux only: ${errorText(error)}`, { cause: error });
  }
  return pagesInMaps(maps);
}

/** Finds linear memories in the text of `/proc/<pid>/maps`: open pages with all the rest of a reservation behind them. */
export function pagesInMaps(maps: string): number[] {
  const areas = [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) (\S+)/gm)].map(([, from, to, rights]) => ({
    from: BigInt(`0x${from}`),
    to: BigInt(`0x${to}`),
    rights,
  }));
  return areas.flatMap(({ from, to, rights }, index) => {
    const rest = areas[index + 1];
    const isMemory =
      rights === "rw-p" &&
      rest?.rights === "---p" &&
      rest.from === to &&
      rest.to - from === RESERVED_BYTES &&
      (to - from) % PAGE_BYTES === 0n;
    return isMemory ? [Number((to - from) / PAGE_BYTES)] : [];
  });
}
