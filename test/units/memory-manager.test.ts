import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Wasm } from "../../harness/src/emulator/vm/webassembly.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGE = 65_536;
const SMALLEST = 12;

interface Manager {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  allocate(size: number): number;
  allocateOrZero(size: number): number;
  reallocate(address: number, size: number): number;
  release(address: number): void;
}

async function compile(...options: string[]): Promise<Uint8Array<ArrayBuffer>> {
  let binary: Uint8Array | undefined;
  const entry = "test/units/assembly/memory-manager.ts";
  const args = [
    entry,
    "--baseDir",
    ROOT,
    "--outFile",
    "m.wasm",
    "--runtime",
    "minimal",
    "-O",
    "--use",
    "abort=",
  ];
  args.push("--transform", "./test/units/memory-transform.js");
  const { error, stderr } = await asc.main([...args, ...options], {
    readFile: (file, base) => {
      if (file.endsWith("asconfig.json")) return null;
      try {
        return readFileSync(resolve(base, file), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (_, contents) => {
      binary = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error !== null || !binary) throw new Error(`${error?.message}\n${stderr.toString()}`);
  return binary as Uint8Array<ArrayBuffer>;
}

const unlimited = compile();
const limited = compile("--maximumMemory", "4");

async function start(binary = unlimited): Promise<Manager> {
  return new Wasm.Instance(await Wasm.compile(await binary), {}).exports as unknown as Manager;
}

const pages = ({ memory }: Manager): number => memory.buffer.byteLength / PAGE;

/** Numbers from 0 up to `end` in an order that is always the same and looks like none. */
function shuffled(end: number): number[] {
  const numbers = Array.from({ length: end }, (_, n) => n);
  let state = 1;
  for (let n = end - 1; n > 0; n--) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const other = (state >>> 8) % (n + 1);
    [numbers[n], numbers[other]] = [numbers[other] as number, numbers[n] as number];
  }
  return numbers;
}

type Step =
  | { readonly does: "allocate"; readonly size: number }
  | { readonly does: "reallocate"; readonly which: number; readonly size: number }
  | { readonly does: "release"; readonly which: number };

const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 130 }) },
  { weight: 2, arbitrary: fc.integer({ min: 400, max: 700 }) },
  { weight: 1, arbitrary: fc.integer({ min: 700, max: 40_000 }) },
);
const which = fc.nat();
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constant("allocate" as const), size }),
  fc.record({ does: fc.constant("reallocate" as const), which, size }),
  fc.record({ does: fc.constant("release" as const), which }),
);

interface Held {
  address: number;
  size: number;
  mark: number;
}

/** The blocks that a run of steps holds, each filled with a mark of its own. */
class Model {
  readonly #manager: Manager;
  readonly held: Held[] = [];
  #marks = 0;
  peak = 0;

  constructor(manager: Manager) {
    this.#manager = manager;
  }

  run(one: Step): void {
    if (one.does === "allocate") this.#hold(this.#manager.allocate(one.size), one.size);
    else if (this.held.length > 0) {
      const block = this.held[one.which % this.held.length] as Held;
      if (one.does === "release") this.#release(block);
      else this.#reallocate(block, one.size);
    }
    const live = this.held.reduce((sum, { size }) => sum + Math.max(size, SMALLEST) + 20, 0);
    this.peak = Math.max(this.peak, live);
  }

  /** No two blocks overlap, all are aligned and hold what was written to them. */
  check(): void {
    const sorted = [...this.held].sort((a, b) => a.address - b.address);
    let end = 0;
    for (const block of sorted) {
      expect(block.address % 16).toBe(0);
      expect(block.address).toBeGreaterThanOrEqual(end);
      end = block.address + Math.max(block.size, SMALLEST);
      expect(end).toBeLessThanOrEqual(this.#manager.memory.buffer.byteLength);
      expect(this.#holds(block, block.size)).toBe(true);
    }
  }

  #bytes({ address }: Held, size: number): Uint8Array {
    return new Uint8Array(this.#manager.memory.buffer, address, size);
  }

  #holds(block: Held, size: number): boolean {
    return this.#bytes(block, size).every((byte) => byte === block.mark);
  }

  #hold(address: number, size: number): void {
    const block = { address, size, mark: (this.#marks = (this.#marks + 1) & 255) };
    this.#bytes(block, size).fill(block.mark);
    this.held.push(block);
  }

  #reallocate(block: Held, size: number): void {
    const kept = Math.min(size, block.size);
    block.address = this.#manager.reallocate(block.address, size);
    expect(this.#holds(block, kept)).toBe(true);
    block.size = size;
    this.#bytes(block, size).fill(block.mark);
  }

  #release(block: Held): void {
    expect(this.#holds(block, block.size)).toBe(true);
    this.#manager.release(block.address);
    this.held.splice(this.held.indexOf(block), 1);
  }
}

describe("The memory manager", () => {
  it("keeps what is written to its blocks, and blocks apart, whatever is asked in which order", async () => {
    await unlimited;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 400, size: "max" }), async (steps) => {
        const manager = await start();
        const model = new Model(manager);
        for (const [n, one] of steps.entries()) {
          model.run(one);
          if (n % 20 === 0) model.check();
        }
        model.check();
        expect(pages(manager)).toBeLessThanOrEqual(3 + Math.ceil((4 * model.peak) / PAGE));
      }),
      { numRuns: 150 },
    );
  });

  it("does not grow when blocks of the same sizes come and go", async () => {
    const manager = await start();
    for (let round = 0; round < 1000; round++) {
      const blocks = [28, 44, 60, 2000, 28].map((size) => manager.allocate(size));
      for (const block of blocks) manager.release(block);
    }
    expect(pages(manager)).toBe(1);
  });

  it("makes large blocks of small ones that were freed, and small ones of large ones", async () => {
    const manager = await start();
    const sizes = [];
    for (let round = 0; round < 20; round++) {
      const small = Array.from({ length: 10_000 }, (_, n) => manager.allocate(12 + (n % 5) * 16));
      for (const n of shuffled(small.length)) manager.release(small[n] as number);
      const large = Array.from({ length: 4 }, () => manager.allocate(100_000));
      for (const block of large) manager.release(block);
      sizes.push(pages(manager));
    }
    expect(sizes.at(-1)).toBe(sizes[0]);
  });

  it("grows by what is needed and not by more", async () => {
    const manager = await start();
    manager.allocate(10 * PAGE);
    expect(pages(manager)).toBeLessThanOrEqual(12);
    for (let n = 0; n < 1000; n++) manager.allocate(1000);
    expect(pages(manager)).toBeLessThanOrEqual(12 + Math.ceil(1_016_000 / PAGE));
  });

  it("extends its last block in place", async () => {
    const manager = await start();
    const block = manager.allocate(100);
    expect(manager.reallocate(block, 30_000)).toBe(block);
    expect(manager.reallocate(block, 10)).toBe(block);
    expect(manager.allocate(10)).toBeLessThan(block + 100);
  });

  it("leaves pages alone that somebody else has added", async () => {
    const manager = await start();
    const first = manager.allocate(100);
    const foreign = manager.memory.grow(2) * PAGE;
    new Uint8Array(manager.memory.buffer, foreign, 2 * PAGE).fill(7);
    const blocks = Array.from({ length: 300 }, () => manager.allocate(1000));
    for (const block of blocks) new Uint8Array(manager.memory.buffer, block, 1000).fill(1);
    for (const block of blocks) manager.release(block);
    const large = manager.allocate(200_000);
    new Uint8Array(manager.memory.buffer, large, 200_000).fill(2);
    manager.release(first);
    expect(new Uint8Array(manager.memory.buffer, foreign, 2 * PAGE).every((byte) => byte === 7)).toBe(true);
  });

  it("gives 0 when memory is exhausted, and memory again when some is freed", async () => {
    const manager = await start(limited);
    const blocks = [];
    for (;;) {
      const block = manager.allocateOrZero(10_000);
      if (block === 0) break;
      blocks.push(block);
    }
    expect(blocks.length).toBeGreaterThan(24);
    expect(manager.allocateOrZero(1 << 30)).toBe(0);
    expect(() => manager.allocate(10_000)).toThrow();
    for (const block of blocks) manager.release(block);
    expect(manager.allocateOrZero(200_000)).toBeGreaterThan(0);
  });

  it("traps on a block that is freed twice", async () => {
    const manager = await start();
    const block = manager.allocate(100);
    manager.release(block);
    expect(() => manager.release(block)).toThrow(Wasm.RuntimeError);
  });
});
