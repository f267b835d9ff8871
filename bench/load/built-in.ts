/** Runs the project's own generator in a child process: at full speed, or at a fixed rate to measure latencies. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Fields } from "../workloads.ts";
import { CONNECTIONS, type LoadResult } from "./index.ts";

const GENERATOR = fileURLToPath(new URL("generator.ts", import.meta.url));

/** What the child is told. */
export interface Order {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Requests per second over all connections; as fast as answers come when absent. */
  readonly rate?: number;
  /** Whole requests, sent in turn. */
  readonly requests: readonly string[];
}

/** What the child reports; latencies in microseconds, measured from when a request was due. */
export interface Report extends LoadResult {
  readonly p50: number;
  readonly p99: number;
}

/** Load at full speed. */
export function runBuiltIn(port: number, requests: readonly Fields[], seconds: number): Promise<LoadResult> {
  return order({ port, seconds, connections: CONNECTIONS, requests: requests.map(requestText) });
}

/** Latencies at `rate` requests per second. */
export function runAtRate(
  port: number,
  requests: readonly Fields[],
  seconds: number,
  rate: number,
): Promise<Report> {
  return order({ port, seconds, rate, connections: CONNECTIONS, requests: requests.map(requestText) });
}

async function order(what: Order): Promise<Report> {
  const child = spawn(process.execPath, [GENERATOR], { stdio: ["pipe", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (text) => (output += String(text)));
  child.stdin.end(JSON.stringify(what));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`the load generator ended with status ${code}`);
  return JSON.parse(output) as Report;
}

function requestText(fields: Fields): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET / HTTP/1.1\r\nhost: bench\r\n${lines.join("")}\r\n`;
}
