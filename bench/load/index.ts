/** Load generators: wrk when it is installed, else one of our own in a child process. */
import { spawnSync } from "node:child_process";
import type { Fields } from "../workloads.ts";
import { runBuiltIn } from "./built-in.ts";
import { runWrk } from "./wrk.ts";

/** Connections that every generator keeps open. */
export const CONNECTIONS = 8;

/** What a generator counted. */
export interface LoadResult {
  readonly requests: number;
  /** Responses other than 2xx, and errors of the connection. */
  readonly bad: number;
}

/** Sends as many requests as Envoy takes for `seconds`. */
export type Load = (port: number, requests: readonly Fields[], seconds: number) => Promise<LoadResult>;

/** Names of the generators. */
export const GENERATORS = ["wrk", "built-in"] as const;
/** Name of a generator. */
export type GeneratorName = (typeof GENERATORS)[number];

/** The generator called `name`; without a name the best there is. */
export function generator(name?: GeneratorName): { name: GeneratorName; load: Load } {
  const wrk = spawnSync("wrk", ["-v"], { encoding: "utf8" });
  const chosen = name ?? (wrk.error === undefined ? "wrk" : "built-in");
  if (chosen === "wrk" && wrk.error !== undefined) throw new Error(`wrk does not run: ${wrk.error.message}`);
  return { name: chosen, load: chosen === "wrk" ? runWrk : runBuiltIn };
}
