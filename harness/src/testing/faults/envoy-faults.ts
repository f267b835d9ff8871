import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunningEnvoy } from "../../envoy/index.ts";
import type { FilterSpec, Topology } from "../../model/index.ts";
import { WORKSPACE } from "../../wasm/build.ts";
import type { FaultOptions } from "../host.ts";
import { encodeChange, gaugeOf, timesLeft } from "./channel.ts";
import { checkFault } from "./names.ts";

/** Name of the plugin that sets faults; it stands last in the chain and has no hooks of streams. */
const CONTROL = "sidecraft-faults";
/** What a wrapped module calls besides what it was written to call. */
const NEEDED = ["proxy_define_metric", "proxy_get_metric", "proxy_increment_metric"];

/**
 * What a real Envoy is started with so that functions `named` can be made to fail: the same chains with wrapped modules,
 * and the plugin that sets the faults.
 */
export async function withFaults(topology: Topology, named: readonly string[]): Promise<Topology> {
  if (named.length === 0) return topology;
  // Loaded on use: binaryen takes half a second.
  const { controlModule, wrapImports } = await import("./wrap.ts");
  const wrap = async (spec: FilterSpec): Promise<FilterSpec> => {
    const wasm = wrapImports(await readFile(spec.wasmPath), named);
    const capabilities = spec.capabilities && [...spec.capabilities, ...NEEDED];
    return { ...spec, wasmPath: await publish(wasm), ...(capabilities && { capabilities }) };
  };
  const wasmPath = await publish(controlModule());
  const { filters, networkFilters } = topology;
  return {
    ...topology,
    filters: [...(await Promise.all(filters.map(wrap))), { name: CONTROL, wasmPath }],
    ...(networkFilters && { networkFilters: await Promise.all(networkFilters.map(wrap)) }),
  };
}

/** Writes a module where several test files can find it at once. */
async function publish(wasm: Uint8Array): Promise<string> {
  const folder = join(WORKSPACE, "build", "test", "faults");
  const path = join(folder, `${createHash("sha256").update(wasm).digest("hex")}.wasm`);
  await mkdir(folder, { recursive: true });
  await writeFile(`${path}.${process.pid}`, wasm);
  await rename(`${path}.${process.pid}`, path);
  return path;
}

/** Faults that a test has set in a real Envoy. */
export class EnvoyFaults {
  readonly #envoy: RunningEnvoy;
  readonly #named: readonly string[];
  readonly #set = new Set<string>();
  #changes = 0;

  /** @param named the functions that the suite names as `faults` */
  constructor(envoy: RunningEnvoy, named: readonly string[]) {
    this.#envoy = envoy;
    this.#named = named;
  }

  /** Sets a fault, in the place of one that the function has. */
  async set(name: string, status: number, options: FaultOptions): Promise<void> {
    const { times = 1, after = 0, when } = options;
    checkFault(name, status, { times, after }, this.#named);
    if (when) throw new RangeError("which calls are to fail can be asked in the emulator only");
    await this.#change(name, { times, status, after });
    this.#set.add(name);
  }

  /** Forgets all. @returns how often each was still to happen */
  async clear(): Promise<ReadonlyMap<string, number>> {
    const left = new Map<string, number>();
    for (const name of this.#set) {
      const stat = `wasmcustom.${gaugeOf(name)}`;
      const count = timesLeft((await this.#envoy.admin.stats(`^${stat}$`)).get(stat) ?? 0);
      left.set(name, count);
      if (count > 0) await this.#change(name, { times: 0, status: 0, after: 0 });
    }
    this.#set.clear();
    return left;
  }

  async #change(name: string, state: Parameters<typeof encodeChange>[2]): Promise<void> {
    const change = encodeChange(++this.#changes, name, state);
    const result = await this.#envoy.updateFilter(CONTROL, change);
    if (!result.accepted) throw new Error(`Envoy did not take the fault: ${result.reason}`);
  }
}
