import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { makeTempDir } from "../../harness/src/process/lifetime.ts";
import { EnvoyHost } from "../../harness/src/testing/envoy-host.ts";
import { EmulatorHost } from "../../harness/src/testing/index.ts";
import type { RunningHost } from "../../harness/src/testing/running-host.ts";
import { buildEntry, type Target } from "../../harness/src/wasm/build.ts";

const DEEP = "test/symbols/assembly/deep.ts";

/** The lines of what a test is told of a trap. */
async function told(host: RunningHost, way: string): Promise<string[]> {
  await using running = host;
  running.beginTest();
  expect((await running.fetch("/", { headers: { "x-way": way } })).status).toBe(503);
  const complaint = async (): Promise<string> => {
    try {
      await running.endTest();
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  // Envoy's log comes when it comes.
  await expect.poll(complaint).not.toBe("");
  return (await complaint()).split("\n");
}

const envoy = inject("envoy");
type Start = (wasmPath: string) => Promise<RunningHost>;
const hosts: [string, Start][] = [
  ["emulator", (wasmPath) => EmulatorHost.start({ filters: [{ filter: wasmPath }] })],
];
if (envoy) hosts.push(["Envoy", (wasmPath) => EnvoyHost.start({ filters: [{ filter: wasmPath }] }, envoy)]);

/** The lines of the two calls of `descend` by itself, and of its first. */
const CALLERS = [
  `descend (${DEEP}:6:25)`,
  `descend (${DEEP}:6:25)`,
  `proxy_on_request_headers (${DEEP}:16:12)`,
];

describe.each(hosts)("A trap in the %s", (_, start) => {
  it.each<Target>(["release", "debug"])("names functions and lines of its sources: %s", async (target) => {
    const { wasmPath } = await buildEntry(DEEP, { target });
    const frames = (await told(await start(wasmPath), "unreachable")).flatMap(
      (line) => /(descend|proxy_on_request_headers) \(.*\)$/.exec(line)?.[0] ?? [],
    );
    expect(frames).toEqual([`descend (${DEEP}:7:29)`, ...CALLERS]);
  });

  it("goes through the standard library and the SDK", async () => {
    const { wasmPath } = await buildEntry(DEEP);
    const text = (await told(await start(wasmPath), "index")).join("\n");
    expect(text).toMatch(
      /abortWithLog \(~lib\/proxy-wasm-as-sdk\/assembly\/abort\.ts:\d+:\d+\)\n.*~lib\/array\.ts:\d+:\d+\)/,
    );
    expect(text).toContain(CALLERS.at(-1));
  });

  it("names no line where the map is that of another build", async () => {
    await using directory = await makeTempDir("sidecraft-symbols-");
    const { wasmPath } = await buildEntry(DEEP);
    const [module, other] = [
      join(directory.path, "deep.wasm"),
      await buildEntry("test/sdk/assembly/trap.ts"),
    ];
    copyFileSync(wasmPath, module);
    copyFileSync(`${other.wasmPath}.map`, `${module}.map`);
    const text = (await told(await start(module), "unreachable")).join("\n");
    expect(text).toContain(`${module}.map is not the map of ${module}`);
    expect(text).not.toContain(".ts:");
  });

  it("has numbers and offsets where there is no map", async () => {
    await using directory = await makeTempDir("sidecraft-symbols-");
    const module = join(directory.path, "deep.wasm");
    writeFileSync(module, readFileSync((await buildEntry(DEEP)).wasmPath));
    const text = (await told(await start(module), "unreachable")).join("\n");
    expect(text.match(/function \d+ \(offset 0x[\da-f]+\)/g)).toHaveLength(4);
  });
});
