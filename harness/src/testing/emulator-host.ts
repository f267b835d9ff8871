import { Emulator, settle } from "../emulator/index.ts";
import type { GrpcHandler } from "../model/grpc.ts";
import type { TcpSink } from "../model/index.ts";
import { CallRecorder } from "../trace/index.ts";
import { Calls, recordingOf } from "./calls.ts";
import type { SuiteOptions, TestHost } from "./host.ts";
import { fetchResult, requestOf } from "./messages.ts";
import type { RunningHost } from "./running-host.ts";
import { topologyOf } from "./suite.ts";
import { TcpPeer } from "./tcp-peer.ts";
import { TcpUpstream } from "./tcp-upstream.ts";
import { Upstreams } from "./upstreams.ts";

const PAGE_BYTES = 65_536;

/** The emulator as a host of tests. `start` fails with the plugin's own words when a filter is refused. */
export class EmulatorHost implements RunningHost {
  readonly kind = "emulator";
  /** The emulator itself, for what only it can do: several workers by number, traps, traces. */
  readonly emulator: Emulator;
  private readonly calls: Calls;
  private readonly upstreams: Upstreams;
  readonly tcpUpstream: TcpUpstream;
  private firstLogOfTest = 0;
  private firstTrapOfTest = 0;

  private constructor(emulator: Emulator, calls: Calls, upstreams: Upstreams, tcpUpstream: TcpUpstream) {
    this.emulator = emulator;
    this.calls = calls;
    this.upstreams = upstreams;
    this.tcpUpstream = tcpUpstream;
  }

  static async start(options: SuiteOptions): Promise<EmulatorHost> {
    const topology = await topologyOf(options);
    const { grpc = [], unreachable = [] } = options;
    const upstreams = new Upstreams([...topology.routes.map((route) => route.cluster), ...grpc]);
    const http = upstreams.all.filter(({ name }) => !grpc.includes(name));
    const handlers = new Map(http.map((upstream) => [upstream.name, upstream.handle]));
    const servers = new Map<string, GrpcHandler | "unreachable">();
    for (const name of grpc) servers.set(name, upstreams.get(name).grpc.handle);
    for (const name of unreachable) servers.set(name, "unreachable");
    const logLevel = options.logLevel ?? "info";
    const tcpUpstream = new TcpUpstream();
    const calls = new Calls();
    return new EmulatorHost(
      await Emulator.start({
        topology,
        clusters: (name) => handlers.get(name),
        grpc: (name) => servers.get(name),
        tcpUpstream: tcpUpstream.handle,
        logLevel,
        ...(calls.sink && { watcher: calls.sink }),
      }),
      calls,
      upstreams,
      tcpUpstream,
    );
  }

  readonly fetch: TestHost["fetch"] = async (path, options = {}) => {
    const where = options.worker === undefined ? {} : { worker: options.worker };
    return fetchResult(await this.emulator.fetch(requestOf(path, options), where), this.upstreams.lookup);
  };

  readonly connect: TestHost["connect"] = async () => {
    const sender = Promise.withResolvers<TcpSink>();
    const peer = new TcpPeer(sender.promise);
    sender.resolve(this.emulator.connect(peer));
    return peer;
  };

  readonly upstream: TestHost["upstream"] = (name) => this.upstreams.get(name);

  get clock(): TestHost["clock"] {
    return this.emulator.clock;
  }

  get logs(): TestHost["logs"] {
    return this.emulator.logs.slice(this.firstLogOfTest);
  }

  readonly metric: TestHost["metric"] = async (name) => this.emulator.stats().get(`wasmcustom.${name}`) ?? 0;

  readonly record: TestHost["record"] = async (action) => {
    const recorder = new CallRecorder();
    const end = this.calls.listen(recorder);
    this.emulator.watcher = this.calls.sink;
    try {
      return recordingOf(await action(), recorder);
    } finally {
      end();
      this.emulator.watcher = this.calls.sink;
    }
  };

  readonly settled: TestHost["settled"] = () => settle();

  get traps(): TestHost["traps"] {
    return this.emulator.traps
      .slice(this.firstTrapOfTest)
      .map(({ plugin, function: name, error }) => ({ plugin, function: name, message: error.message }));
  }

  readonly memoryPages: TestHost["memoryPages"] = async () =>
    this.emulator.memorySizes().map((bytes) => bytes / PAGE_BYTES);

  readonly updateFilter: TestHost["updateFilter"] = (name, config) =>
    this.emulator.updateFilter(name, config);

  beginTest(): void {
    this.firstLogOfTest = this.emulator.logs.length;
    this.firstTrapOfTest = this.emulator.traps.length;
    this.calls.beginTest();
    this.tcpUpstream.beginTest();
    for (const upstream of this.upstreams.all) upstream.beginTest();
  }

  /** A trap is a defect even where the failure policy hides it: it fails the test in which it happened. */
  endTest(): void {
    const [trap] = this.emulator.traps;
    if (!trap) return;
    const { plugin, function: name, error } = trap;
    throw new Error(`${plugin} trapped in ${name}: ${error.stack ?? String(error)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.emulator[Symbol.asyncDispose]();
  }
}
