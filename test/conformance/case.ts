/** Cases: what a probe does, what a client sends, and what must be seen. */
import { expect } from "vitest";
import {
  describeHosts,
  type FetchOptions,
  type FetchResult,
  type SuiteOptions,
  type TestHost,
} from "../../harness/src/testing/index.ts";
import { isOlderThan } from "../support/envoy-version.ts";
import { encodeProgram, type Hook, parseRecord, probeModule, type Program } from "./probe/index.ts";

/** A statement about the host, and how to see whether it is true. */
export interface Case {
  /** The statement: unique, and short enough for a list of tests. */
  readonly says: string;
  /** The first minor version of Envoy of which it is true; all by default. */
  readonly since?: string;
  readonly program: Program;
  /** What the client sends; GET / without headers unless it says otherwise. */
  readonly send?: Omit<FetchOptions, "headers"> & {
    readonly path?: string;
    readonly headers?: readonly (readonly [string, string])[];
  };
  /** What the upstream answers. */
  readonly upstream?: Parameters<ReturnType<TestHost["upstream"]>["reply"]>[0];
  /** Facts about the exchange to report after what the probe said: see `observe`. */
  readonly observe?: readonly Observation[];
  /** What the probe and the observations must report, in order; lines that repeat themselves too. */
  readonly expect: readonly string[];
  /** Hooks of which it is not reported how often they were called, since that depends on how bytes arrive. */
  readonly quiet?: readonly Hook[];
  /** The exchange may be cut off, without a response. */
  readonly mayBreak?: boolean;
  /** What the emulator reports instead, and under which heading of docs/host-differences.md that is explained. */
  readonly emulator?: { readonly differs: string; readonly expect: readonly string[] };
}

/** What can be observed: the status, body, a header or trailer that the client saw, or that reached the upstream. */
export type Observation =
  | "status"
  | "body"
  | "upstream"
  | `header ${string}`
  | `trailer ${string}`
  | `upstream header ${string}`
  | "upstream path"
  | "upstream body"
  | `upstream trailer ${string}`;

/** A topic: cases that share a host. */
export interface Topic extends Omit<SuiteOptions, "filters"> {
  readonly name: string;
  readonly cases: readonly Case[];
  /** What the probe does in the hooks of its plugin. */
  readonly plugin?: Program;
}

/** Registers a test for each case on each host. */
export function describeTopic({ name, cases, plugin, ...options }: Topic): void {
  const config = encodeProgram(plugin ?? {}, cases.length);
  const suite: SuiteOptions = { ...options, filters: [{ filter: probeModule(), name: "probe", config }] };
  describeHosts(`conformance: ${name}`, suite, ({ it, host }) => {
    it.for(cases.map((one, index) => ({ ...one, index })))("$says", async ({ index, ...one }, { skip }) => {
      skip(host.kind !== "emulator" && isOlderThan(one.since), `Envoy ${one.since} and later`);
      const expected = host.kind === "emulator" && one.emulator ? one.emulator.expect : one.expect;
      // The last lines of a stream can come after its response.
      const seen = await play(host, one, index);
      await expect
        .poll(() => [...reported(host, index, one.quiet), ...seen], { timeout: 10_000 })
        .toEqual(expected);
    });
  });
}

/** Sends the request of a case; returns what was observed. */
async function play(host: TestHost, one: Case, index: number): Promise<string[]> {
  const { path = "/", headers = [], ...options } = one.send ?? {};
  host.upstream("stable").reply(one.upstream ?? {});
  const program: readonly [string, string] = ["x-program", encodeProgram(one.program, index)];
  try {
    const result = await host.fetch(path, { ...options, headers: [...headers, program] });
    return (one.observe ?? []).map((what) => `${what}: ${observe(what, result)}`);
  } catch (error) {
    if (!one.mayBreak) throw error;
    return ["no response"];
  }
}

function observe(what: Observation, result: FetchResult): string {
  const { upstream } = result;
  const [first = "", second, third = ""] = what.split(" ");
  if (what === "status") return String(result.status);
  if (what === "body") return JSON.stringify(result.text());
  if (what === "upstream") return upstream?.name ?? "none";
  if (first === "header") return field(result.headers, second);
  if (first === "trailer") return field(result.trailers, second);
  if (!upstream) return "not reached";
  const { request } = upstream;
  if (second === "path") return request.path;
  if (second === "body") return JSON.stringify(Buffer.from(request.body).toString("latin1"));
  return field((second === "trailer" ? request.trailers : request.headers) ?? [], third);
}

/** All values of a field, each quoted; "absent" if there is none. */
function field(fields: readonly (readonly [string, string])[], name: string | undefined): string {
  const values = fields
    .filter(([one]) => one.toLowerCase() === name)
    .map(([, value]) => JSON.stringify(value));
  return values.length > 0 ? values.join(" ") : "absent";
}

/** What the probe reported for case `index` since the test began. */
function reported(host: Pick<TestHost, "logs">, index: number, quiet: readonly Hook[] = []): string[] {
  return host.logs
    .map(({ message }) => parseRecord(message))
    .filter((record) => record?.caseNumber === index)
    .map((record) => record!.text)
    .filter((text) => !quiet.some((hook) => text.startsWith(`${hook}(`)));
}
