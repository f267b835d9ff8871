import { setTimeout as sleep } from "node:timers/promises";
import type { FilterTrap, TestHost, WholeFetchOptions } from "../host.ts";
import { bodyBytes, headerList } from "../messages.ts";
import { type FetchRequest, mutation, type MutationOptions } from "../mutations.ts";
import { hasMembers, listed, type Verdict, wrongSubject } from "./result.ts";

const REQUESTS = 1_000;
const SEED = 1;
/** A request that a filter holds for ever is a failure too. */
const ANSWER_MS = 10_000;
/** Errors of the client, which does not send such a request or understand such an answer, and of broken connections. */
const HARMLESS =
  /^(ERR_INVALID_CHAR|ERR_UNESCAPED_CHARACTERS|ERR_INVALID_HTTP_TOKEN|HPE_\w+|ECONNRESET|EPIPE)$/;

/** How a filter is attacked. */
export type NeverTrapOptions = Omit<MutationOptions, "seed"> & {
  /** Default 1. */
  readonly seed?: number;
  /** How many; default 1,000. */
  readonly requests?: number;
  /** Only this one of them, to see again what a failure told of. */
  readonly only?: number;
};

/** See `SidecraftMatchers.toNeverTrap`. */
export async function toNeverTrap(received: unknown, options: NeverTrapOptions): Promise<Verdict> {
  if (!hasMembers<TestHost>(received, "fetch", "traps", "settled"))
    throw wrongSubject("toNeverTrap", "a host: the one that describeHosts gives");
  const { seed = SEED, requests = REQUESTS, only } = options;
  const before = received.traps.length;
  const first = only ?? 0;
  const end = only === undefined ? requests : only + 1;
  for (let index = first; index < end; index++) {
    const request = mutation({ ...options, seed }, index);
    const problem = await send(received, request, index + 1 === end);
    const traps = received.traps.slice(before);
    if (problem === undefined && traps.length === 0) continue;
    const what =
      traps.length > 0 ? "a mutated request made a filter trap" : `a mutated request failed: ${problem}`;
    return {
      pass: false,
      message: () =>
        [
          `${what}: number ${index} of ${requests}, seed ${seed}`,
          ...(traps.length > 0 ? [listed("traps:", traps.map(trapText), "")] : []),
          `the request: ${requestText(request)}`,
          `to see it again: toNeverTrap({ ..., seed: ${seed}, only: ${index} })`,
        ].join("\n"),
    };
  }
  return { pass: true, message: () => `expected a trap in ${end - first} mutated requests, seed ${seed}` };
}

/** Sends one request. @returns what is wrong besides traps */
async function send(host: TestHost, request: FetchRequest, isLast: boolean): Promise<string | undefined> {
  const timer = new AbortController();
  const late = sleep(ANSWER_MS, "late" as const, { signal: timer.signal }).catch(() => "late" as const);
  try {
    const answer = await Promise.race([host.fetch(request.path, request), late]);
    if (answer === "late") return `there is no answer after ${ANSWER_MS / 1000} s`;
    // A trap shows as 503; of a trap after the response only the log knows.
    if (answer.status >= 500 || isLast) await host.settled();
    return undefined;
  } catch (error) {
    const { code = "", name, message } = error as NodeJS.ErrnoException;
    await host.settled();
    return HARMLESS.test(code) || name === "StreamResetError" ? undefined : `${name}: ${message}`;
  } finally {
    timer.abort();
  }
}

function trapText({ plugin, function: name, message }: FilterTrap): string {
  return `${plugin === "" ? "" : `${plugin} `}${name}: ${message.trim()}`;
}

/** A request as the call of `host.fetch` that sends it. */
function requestText({ path, ...options }: { path: string } & WholeFetchOptions): string {
  const headers = headerList(options.headers).map(([name, value]) => `[${literal(name)}, ${literal(value)}]`);
  const body = Buffer.from(bodyBytes(options.body));
  const parts = [
    `method: ${literal(options.method ?? "GET")}`,
    `headers: [${headers.join(", ")}]`,
    ...(body.length > 0 ? [`body: Buffer.from(${literal(body.toString("latin1"))}, "latin1")`] : []),
  ];
  return `host.fetch(${literal(path)}, { ${parts.join(", ")} })`;
}

/** A string literal of JavaScript in ASCII: each character is one byte. */
function literal(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\xff]/g, (one) => `\\x${one.charCodeAt(0).toString(16)}`);
}
