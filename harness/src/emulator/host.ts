import type { ChangedModule } from "../bytecode/insert.ts";
import type { BorderCall, CallSink } from "../model/calls.ts";
import type { Metadata, NodeSpec } from "../model/index.ts";
import type { VirtualClock } from "./clock.ts";
import type { GrpcUpstream } from "./grpc/exchange.ts";
import type { LogSink } from "./logs.ts";
import type { Random } from "./random.ts";
import type { SharedData } from "./shared/data.ts";
import type { MetricStore } from "./shared/metrics.ts";
import type { SharedQueues } from "./shared/queues.ts";
import type { Cluster } from "./stream/upstream.ts";

/** A trap of a guest. */
export interface Trap {
  readonly plugin: string;
  /** -1: main thread or canary. */
  readonly worker: number;
  /** The function that the host had called. */
  readonly function: string;
  readonly error: Error;
}

/** One call of a host function, as {@link Host.callTrace} gets it. */
export interface CallTraceEntry extends BorderCall {
  /** What the function returned; undefined for those that return nothing. */
  readonly status: number | undefined;
}

/** Changes modules before they run and sees their instances: what measures coverage. */
export interface Instrumentation {
  /** The module to run in place of the one in the file; undefined: that one. */
  prepare(wasmPath: string, module: Uint8Array): ChangedModule | undefined;
  /** An instance has been made, with these exports. */
  started(wasmPath: string, exports: Readonly<Record<string, unknown>>): void;
  /** No instance of this host runs any more. */
  ended(): void;
}

/** What all VMs and streams of one emulated process share. */
export interface Host {
  readonly clock: VirtualClock;
  readonly log: LogSink;
  readonly random: Random;
  readonly sharedData: SharedData;
  readonly queues: SharedQueues;
  readonly metrics: MetricStore;
  readonly traps: Trap[];
  /** Variables that every VM sees, below the ones of its own. */
  readonly environment: Readonly<Record<string, string>> | undefined;
  readonly bufferLimit: number;
  readonly node: NodeSpec;
  /** Of every request. */
  readonly dynamicMetadata: Metadata | undefined;
  readonly instrumentation: Instrumentation | undefined;
  readonly callTrace: ((entry: CallTraceEntry) => void) | undefined;
  readonly watcher: CallSink | undefined;
  /** Asked before each call of a host function: a status with which it is to fail, or undefined. */
  readonly fault: ((call: BorderCall) => number | undefined) | undefined;
  /** The cluster of that name, or undefined if there is none. */
  cluster(name: string): Cluster | undefined;
  /** What answers gRPC calls to a cluster, or undefined if there is no such cluster or it does not speak HTTP/2. */
  grpc(name: string): GrpcUpstream | undefined;
  /** Runs `task` soon, outside of any callback, on the thread it belongs to. */
  post(task: () => void): void;
  /** Runs `task`; what it throws ends the emulation and reaches whoever waits for it. */
  protect(task: () => void): void;
}
