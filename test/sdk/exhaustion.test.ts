import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { Reader, sectionsOf, unsigned } from "../../harness/src/bytecode/binary.ts";
import { assemble } from "../../harness/src/bytecode/sections.ts";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { WORKSPACE, buildEntry } from "../../harness/src/wasm/build.ts";

const ENTRY = "test/sdk/assembly/hoard.ts";
const MEMORY_SECTION = 5;
const HAS_MAXIMUM = 1;
const REQUESTS = 800;
/** Long enough to be what there is no room for. */
const SECRET = "s".repeat(8_000);

/** The module that `ENTRY` is, whose memory never has more than `pages` pages of 64 KiB. */
async function limitedTo(pages: number): Promise<string> {
  const module = await readFile((await buildEntry(ENTRY)).wasmPath);
  const sections = sectionsOf(module);
  const memory = sections.find(({ id }) => id === MEMORY_SECTION);
  if (!memory) throw new Error("the module has no memory");
  // The number of memories and the flags of the first stand before its limits.
  const initial = new Reader(module, memory.from + 2).unsigned();
  const limits = Uint8Array.from([1, HAS_MAXIMUM, ...unsigned(initial), ...unsigned(pages)]);
  const folder = join(WORKSPACE, "build", "test", "exhaustion");
  await mkdir(folder, { recursive: true });
  const path = join(folder, `hoard-${pages}-${process.pid}.wasm`);
  await writeFile(path, assemble(module, sections, new Map([[MEMORY_SECTION, limits]])));
  return path;
}

/** Filters and how much each of their requests keeps. */
const CASES = [
  { limit: "its own limit of 4 MiB", filter: await limitedTo(64), keep: 64 },
  { limit: "its own limit of 4 MiB, in small steps", filter: await limitedTo(64), keep: 7 },
  { limit: "the host's limit of 1 GiB", filter: ENTRY, keep: 32 << 10 },
];

for (const { limit, filter, keep } of CASES) {
  describeHosts(
    `A filter whose memory reaches ${limit}`,
    { filters: [{ filter, name: "hoard" }], workers: 1, mayTrap: true },
    ({ it, host }) => {
      const headers = { "x-t-keep": String(keep), "x-t-secret": SECRET };

      it("answers rightly until then, and with 503 from then on", async () => {
        let answered = 0;
        for (; answered < REQUESTS; answered++) {
          const { status, upstream } = await host.fetch("/", { headers });
          if (status === 503) break;
          expect(status).toBe(200);
          expect(upstream?.request.header("x-t-kept")).toBe(String(answered + 1));
          expect(upstream?.request.header("x-t-seen")).toBe(String(SECRET.length));
        }
        await expect(host).toHaveLogged("out of memory", { level: "critical" });
        expect(answered).toBeGreaterThan(10);
        expect(answered).toBeLessThan(REQUESTS);
        for (let n = 0; n < 3; n++) {
          const { status, upstream } = await host.fetch("/", { headers: { "x-t-secret": "denied" } });
          expect([status, upstream]).toEqual([503, null]);
        }
      });
    },
  );
}
