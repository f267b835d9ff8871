/** Load by wrk (https://github.com/wg/wrk), one thread. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fields } from "../workloads.ts";
import { CONNECTIONS, type LoadResult } from "./index.ts";

/** Runs wrk for `seconds`, which need not be whole. */
export async function runWrk(
  port: number,
  requests: readonly Fields[],
  seconds: number,
): Promise<LoadResult> {
  const directory = await mkdtemp(join(tmpdir(), "sidecraft-wrk-"));
  try {
    const script = join(directory, "requests.lua");
    await writeFile(script, luaScript(requests));
    const args = ["-t1", `-c${CONNECTIONS}`, "-d3600s", "-s", script, `http://127.0.0.1:${port}/`];
    const child = spawn("wrk", args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += String(text)));
    const closed = once(child, "close");
    // wrk takes whole seconds only, but an interrupt ends a run as its own clock does.
    await Promise.race([sleep(seconds * 1000), closed]);
    child.kill("SIGINT");
    await closed;
    return parse(output);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function luaScript(requests: readonly Fields[]): string {
  const list = requests.map((fields) => {
    const entries = Object.entries(fields).map(([name, value]) => `[${quote(name)}]=${quote(value)}`);
    return `{${entries.join(",")}}`;
  });
  return `local fields = {${list.join(",\n")}}
local requests, at = {}, 0
function init(args)
  for index, headers in ipairs(fields) do requests[index] = wrk.format("GET", "/", headers) end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function parse(output: string): LoadResult {
  const count = (pattern: RegExp): number | undefined => {
    const digits = pattern.exec(output)?.slice(1);
    return digits?.reduce((sum, number) => sum + Number(number), 0);
  };
  const requests = count(/(\d+) requests in /);
  if (requests === undefined) throw new Error(`wrk printed no result:\n${output}`);
  const refused = count(/Non-2xx or 3xx responses: (\d+)/) ?? 0;
  const broken = count(/Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/) ?? 0;
  return { requests, bad: refused + broken };
}
