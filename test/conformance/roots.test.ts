import { describe, expect, test } from "vitest";
import { roots } from "./cases/roots.ts";
import { hosts } from "./hosts.ts";
import { encodeProgram, parseRecord, probeModule } from "./probe/index.ts";

/** The canary's, the main thread's and the worker's. */
const VMS = 3;

/** The lines of each hook, in their order. */
function byHook(lines: readonly string[]): unknown {
  return Object.groupBy(lines, (line) => /^\w+/.exec(line)?.[0] ?? "");
}

for (const [name, start] of hosts) {
  describe.skipIf(!start)(`conformance: roots [${name}]`, () => {
    test.each(roots)("$says", async ({ plugin, after, starts, later = [] }) => {
      const config = encodeProgram(plugin, 1);
      await using host = await start!({ filters: [{ filter: probeModule(), name: "probe", config }] });
      if (after !== undefined) await host.clock.advance(after);
      const reported = (): string[] => host.logs.flatMap(({ message }) => parseRecord(message)?.text ?? []);
      const ofStart = new Set(starts);
      await expect
        .poll(() => reported().filter((text) => ofStart.has(text)))
        .toHaveLength(VMS * starts.length);
      expect(reported().slice(0, starts.length)).toEqual(starts);
      // VMs run at the same time: each line must come, and not before the one that stands before it in its hook.
      const rest = (): string[] => [...new Set(reported().filter((text) => !ofStart.has(text)))];
      await expect.poll(() => byHook(rest()), { timeout: 10_000 }).toEqual(byHook(later));
    });
  });
}
