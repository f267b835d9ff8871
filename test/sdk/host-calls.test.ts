import { describe, expect, it } from "vitest";
import { requestOf } from "../../harness/src/testing/messages.ts";
import { EmulatorHost } from "../../harness/src/testing/emulator-host.ts";
import { type Step, type StreamScript, carrying, scripted } from "./script.ts";

const VALUE = "proxy_get_header_map_value";
const PAIRS = "proxy_get_header_map_pairs";
const REPLACE = "proxy_replace_header_map_value";

const get: Step = ["get", "requestHeaders", "x-t-one"];
const getAll: Step = ["getAll", "requestHeaders", "x-t-one"];
const set: Step = ["set", "requestHeaders", "x-t-one", "2"];

/** Steps in the request headers, and the functions on headers that the host is asked for. */
const CASES: readonly { what: string; steps: Step[]; calls: string[] }[] = [
  { what: "one read", steps: [get], calls: [VALUE] },
  { what: "two reads", steps: [get, get], calls: [VALUE, PAIRS] },
  { what: "many reads", steps: [get, get, get, getAll, get], calls: [VALUE, PAIRS] },
  { what: "all values", steps: [getAll, get, getAll], calls: [PAIRS] },
  { what: "write and read", steps: [set, get], calls: [REPLACE, VALUE] },
  { what: "read, write, read", steps: [get, set, get, get], calls: [VALUE, REPLACE, PAIRS] },
  { what: "two reads, write, read", steps: [get, get, set, get], calls: [VALUE, PAIRS, REPLACE, PAIRS] },
  {
    what: "reads of two maps",
    steps: [get, ["get", "requestTrailers", "x"], get],
    calls: [VALUE, VALUE, PAIRS],
  },
  { what: "refused writes", steps: [["set", "requestHeaders", "x-t", "a\nb"]], calls: [] },
  { what: "a body that is nowhere", steps: [["read", "requestBody", 0, 0]], calls: [] },
];

/** Plays `script` and lists the calls of host functions on headers that it takes. */
async function headerCalls(host: EmulatorHost, script: StreamScript): Promise<string[]> {
  const calls: string[] = [];
  host.emulator.callTrace = (entry) => calls.push(entry.function);
  await host.emulator.fetch(requestOf("/", { headers: carrying(script, [["x-t-one", "1"]]) }));
  host.emulator.callTrace = undefined;
  return calls.filter((name) => name.includes("header_map"));
}

describe("Calls of the host", () => {
  for (const { what, steps, calls } of CASES) {
    it(`for ${what}: ${calls.length}`, async () => {
      await using host = await EmulatorHost.start({ filters: [scripted()] });
      expect(await headerCalls(host, { requestHeaders: steps })).toEqual(calls);
    });
  }

  it("begin anew in every hook", async () => {
    await using host = await EmulatorHost.start({ filters: [scripted()] });
    const read: Step = ["get", "responseHeaders", "x-t-up"];
    const script = { requestHeaders: [get, get], responseHeaders: [read], log: [get] };
    expect(await headerCalls(host, script)).toEqual([VALUE, PAIRS, VALUE, VALUE]);
  });
});
