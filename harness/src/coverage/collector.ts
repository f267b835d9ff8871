import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COUNTERS } from "../bytecode/counters.ts";
import type { ChangedModule } from "../bytecode/insert.ts";
import { codeDigest, mapFile, readMapBeside } from "../symbols/map-file.ts";
import { type InstrumentedModule, instrument } from "./instrument.ts";
import { readLocations } from "./points.ts";
import type { NameSource } from "./sources.ts";

/** What ran of one module, over all its instances. */
export interface ModuleCounts {
  readonly wasmPath: string;
  /** Of the module's code: other code has other counters. */
  readonly digest: string;
  readonly counts: readonly number[];
}

interface Measured {
  readonly digest: string;
  readonly module: InstrumentedModule;
  readonly counts: Float64Array;
}

/** Counts what runs of modules in this process, and leaves the counts in a directory. */
export class CoverageCollector {
  readonly #directory: string;
  readonly #name: NameSource;
  readonly #file: string;
  readonly #modules = new Map<string, Measured>();

  /**
   * @param directory where all processes of a run leave their counts
   * @param name which sources are measured
   */
  constructor(directory: string, name: NameSource) {
    this.#directory = directory;
    this.#name = name;
    this.#file = join(directory, `${process.pid}-${randomUUID()}.json`);
  }

  /** Begins to count for one host. */
  session(): CoverageSession {
    return new CoverageSession(this);
  }

  /** A module with counters; undefined for one that was not built for coverage. See {@link instrumentModule}. */
  measure(wasmPath: string, module: Uint8Array): ChangedModule | undefined {
    const digest = codeDigest(module);
    const known = this.#modules.get(wasmPath);
    if (known?.digest === digest) return known.module;
    const instrumented = instrumentModule(wasmPath, module, this.#name);
    if (!instrumented) return undefined;
    const counts = new Float64Array(instrumented.points.counters);
    this.#modules.set(wasmPath, { digest, module: instrumented, counts });
    return instrumented;
  }

  /** Adds what an instance has counted. */
  add(wasmPath: string, memory: CounterValues): void {
    const { counts } = this.#modules.get(wasmPath) ?? {};
    if (!counts) return;
    for (const [index, count] of new Uint32Array(memory.buffer, 0, counts.length).entries())
      counts[index] = (counts[index] ?? 0) + count;
  }

  /** Writes what this process has counted so far. */
  write(): void {
    const modules = [...this.#modules].map(([wasmPath, { digest, counts }]): ModuleCounts => {
      return { wasmPath, digest, counts: [...counts] };
    });
    mkdirSync(this.#directory, { recursive: true });
    writeFileSync(`${this.#file}.new`, JSON.stringify(modules));
    renameSync(`${this.#file}.new`, this.#file);
  }
}

interface CounterValues {
  readonly buffer: ArrayBuffer;
}

/** The modules that one host runs, each with all its instances. */
export class CoverageSession {
  readonly #collector: CoverageCollector;
  readonly #instances: [wasmPath: string, memory: CounterValues][] = [];

  constructor(collector: CoverageCollector) {
    this.#collector = collector;
  }

  /** See {@link CoverageCollector.measure}. */
  prepare(wasmPath: string, module: Uint8Array): ChangedModule | undefined {
    return this.#collector.measure(wasmPath, module);
  }

  /** An instance has been made. Its counters outlive it: it may trap, or be dropped at any time. */
  started(wasmPath: string, exports: Readonly<Record<string, unknown>>): void {
    const memory = exports[COUNTERS] as CounterValues | undefined;
    if (memory) this.#instances.push([wasmPath, memory]);
  }

  /** The host has ended: its counts are added up and written. */
  ended(): void {
    for (const [wasmPath, memory] of this.#instances.splice(0)) this.#collector.add(wasmPath, memory);
    this.#collector.write();
  }
}

/**
 * Puts counters into a module.
 *
 * @returns undefined if it was not built for coverage, or there is no telling for lack of a map
 * @throws {NoSourceMapError} if its source map is that of another build
 */
export function instrumentModule(
  wasmPath: string,
  module: Uint8Array,
  name: NameSource,
): InstrumentedModule | undefined {
  if (!existsSync(mapFile(wasmPath))) return undefined;
  const map = readMapBeside(wasmPath, module);
  if (map.x_sidecraft?.target !== "coverage") return undefined;
  return instrument(module, readLocations(map, name));
}

/** The counts that the processes of a run have left in a directory, added up for each module. */
export function readCounts(directory: string): ModuleCounts[] {
  const total = new Map<string, ModuleCounts>();
  for (const file of readdirSync(directory)) {
    if (!file.endsWith(".json")) continue;
    for (const more of JSON.parse(readFileSync(join(directory, file), "utf8")) as ModuleCounts[]) {
      const key = `${more.wasmPath} ${more.digest}`;
      const before = total.get(key)?.counts;
      const counts = more.counts.map((count, index) => count + (before?.[index] ?? 0));
      total.set(key, { ...more, counts });
    }
  }
  return [...total.values()];
}
