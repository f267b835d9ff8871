import { expect } from "vitest";
import type { GrpcUpstreamCall, TestHost } from "../../harness/src/testing/index.ts";
import { type Field, type Step, reports } from "./script.ts";

/** What suites about gRPC run on beside a filter: a server, and an address where there is none. */
export const GRPC_CLUSTERS = { grpc: ["authority"], unreachable: ["down"] };

/** How a service is addressed. */
interface ServiceOptions {
  readonly authority?: string;
  readonly limit?: number;
}

/** A unary call in a script. */
interface UnaryOptions extends ServiceOptions {
  readonly name?: string;
  readonly cluster?: string;
  readonly method?: string;
  readonly metadata?: readonly Field[];
  /** The request, or its number of zero bytes. */
  readonly message?: string | number;
  readonly timeout?: number;
}

/** A unary call; `then` are the steps at its answer. */
export function unary(then: readonly Step[], options: UnaryOptions = {}): Step {
  const { name = "call", cluster = "authority", method = "Check", metadata = [], ...rest } = options;
  const { message = "question", timeout = 5000, ...service } = rest;
  return ["grpc", name, cluster, method, metadata, message, timeout, then, service];
}

/** Steps of the hooks of a stream. */
export interface StreamHooks {
  readonly initial?: readonly Step[];
  readonly message?: readonly Step[];
  readonly trailing?: readonly Step[];
  readonly close?: readonly Step[];
}

/** Opens a stream. */
export function opened(
  hooks: StreamHooks = {},
  options: Omit<UnaryOptions, "message" | "timeout"> = {},
): Step {
  const { name = "stream", cluster = "authority", method = "Watch", metadata = [], ...service } = options;
  return ["grpcOpen", name, cluster, method, metadata, hooks, service];
}

/** The first call that reached the server; waits for it. */
export async function firstCall(host: TestHost): Promise<GrpcUpstreamCall> {
  return (await callsOf(host, 1))[0] as GrpcUpstreamCall;
}

/** The calls that reached the server, once there are `count`. */
export async function callsOf(host: TestHost, count: number): Promise<readonly GrpcUpstreamCall[]> {
  const { grpcCalls } = await poll(
    () => host.upstream("authority"),
    (upstream) => upstream.grpcCalls.length >= count,
  );
  return grpcCalls;
}

/** Waits until the steps have reported `line`, and gives all that they reported. */
export async function reported(host: TestHost, line: string | RegExp): Promise<string[]> {
  const isIt = (text: string): boolean => (typeof line === "string" ? text === line : line.test(text));
  return poll(
    () => reports(host),
    (lines) => lines.some(isIt),
  );
}

async function poll<T>(look: () => T, isDone: (seen: T) => boolean): Promise<T> {
  await expect.poll(() => isDone(look()), { timeout: 10_000 }).toBe(true);
  return look();
}
