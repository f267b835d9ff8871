import { expect } from "vitest";
import type { FetchOptions, FetchResult, TestHost } from "../../harness/src/testing/index.ts";

/** A step of a script: its name and arguments. `assembly/script/*.ts` says which there are and what they report. */
export type Step = readonly [
  name: string,
  ...args: (string | number | readonly Step[] | readonly Field[] | object)[],
];

/** A header in a step. */
export type Field = readonly [name: string, value: string];

/** Steps by hook of a stream. */
export interface StreamScript {
  readonly requestHeaders?: readonly Step[];
  readonly requestBody?: readonly Step[];
  readonly requestTrailers?: readonly Step[];
  readonly responseHeaders?: readonly Step[];
  readonly responseBody?: readonly Step[];
  readonly responseTrailers?: readonly Step[];
  readonly requestMetadata?: readonly Step[];
  readonly responseMetadata?: readonly Step[];
  readonly log?: readonly Step[];
  readonly done?: readonly Step[];
}

/** Steps by hook of a plugin. */
export interface PluginScript {
  /** Only in a VM's configuration. */
  readonly vmStart?: readonly Step[];
  readonly configure?: readonly Step[];
  readonly tick?: readonly Step[];
  readonly queueReady?: readonly Step[];
  readonly statsUpdate?: readonly Step[];
  readonly done?: readonly Step[];
}

/** The scripted filter, configured with `script`. */
export function scripted(
  script: PluginScript = {},
  name = "script",
): { filter: string; name: string; config: PluginScript } {
  return { filter: "test/sdk/assembly/script.ts", name, config: script };
}

const PREFIX = "report: ";

/** What the steps played since the test began have reported. */
export function reports(host: Pick<TestHost, "logs">): string[] {
  return host.logs
    .filter(({ message }) => message.startsWith(PREFIX))
    .map(({ message }) => message.slice(PREFIX.length));
}

/** The headers that carry `script`, beside `others`. */
export function carrying(script: StreamScript, others: readonly Field[] = []): Field[] {
  // What is not printable ASCII travels as an escape of JSON.
  const text = JSON.stringify(script).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return [...others, ["x-script", text]];
}

/** How a scripted request is sent. */
export interface RunOptions extends Omit<FetchOptions, "headers"> {
  readonly path?: string;
  readonly headers?: readonly Field[];
}

/**
 * Sends a request with `script` and waits until its stream is over.
 *
 * @returns the response, and what the steps reported, without the mark of the end
 */
export async function run(
  host: TestHost,
  script: StreamScript,
  { path = "/", headers = [], ...options }: RunOptions = {},
): Promise<{ response: FetchResult; reports: string[] }> {
  const before = reports(host).length;
  const fresh = (): string[] => reports(host).slice(before);
  const response = await host.fetch(path, { ...options, headers: carrying(script, headers) });
  await expect.poll(() => fresh().filter((line) => line === "over"), { timeout: 10_000 }).toHaveLength(1);
  return { response, reports: fresh().filter((line) => line !== "over") };
}
