import { expect } from "vitest";
import type { FilterUnderTest, TestHost } from "../../harness/src/testing/index.ts";
import {
  BYTES,
  encodeProgram,
  parseRecord,
  probeModule,
  type Program,
  STREAM_HOOKS,
} from "../conformance/probe/index.ts";

/** A filter that does what the header `x-program` says. */
export function probe(): FilterUnderTest {
  return { filter: probeModule(), name: "probe", config: encodeProgram({}, 0) };
}

const details = ["proxy_get_property", "response\0code_details", BYTES] as const;

/** The header with a program that tells of every hook, at the end with the details of the response; and does `program`. */
export function traced(program: Program = {}): readonly [string, string] {
  const all = Object.fromEntries(STREAM_HOOKS.map((hook) => [hook, []]));
  return ["x-program", encodeProgram({ ...all, log: [details], ...program }, 0)];
}

/** What the probes have told since the test began, in words. */
export function told(host: Pick<TestHost, "logs">): string[] {
  return host.logs
    .map(({ message }) => parseRecord(message)?.text)
    .filter((text) => text !== undefined)
    .map((text) => text.replace(/^log: get_property -> Ok /, "details "));
}

/** Waits until `count` lines have been told. */
export async function tells(host: Pick<TestHost, "logs">, count: number): Promise<string[]> {
  await expect.poll(() => told(host).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);
  return told(host);
}

/** What has been told when the stream is over. */
export async function over(host: Pick<TestHost, "logs">): Promise<string[]> {
  await expect.poll(() => told(host), { timeout: 10_000 }).toContain("delete()");
  return told(host);
}
