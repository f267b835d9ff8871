import { type Emulator, settle } from "../emulator/index.ts";
import { grpcCalls } from "../http/grpc.ts";
import type { TcpSink } from "../model/index.ts";
import { CallRecorder } from "../trace/index.ts";
import { Calls, recordingOf } from "./calls.ts";
import { TestClient } from "./client.ts";
import { checkFailable } from "./faults/names.ts";
import { expectNoneLeft, FaultPlan } from "./faults/plan.ts";
import type { SuiteOptions, TestHost } from "./host.ts";
import { metricsOf } from "./metrics.ts";
import type { EndOfTest, RunningHost } from "./running-host.ts";
import { sourceAddress, sourceText } from "./source.ts";
import { startEmulator } from "./start-emulator.ts";
import { topologyOf, upstreamsOf } from "./suite.ts";
import { TcpPeer } from "./tcp-peer.ts";
import { TcpUpstream } from "./tcp-upstream.ts";
import type { Upstreams } from "./upstreams.ts";

const PAGE_BYTES = 65_536;

/** The emulator as a host of tests. `start` fails with the plugin's own words when a filter is refused. */
export class EmulatorHost implements RunningHost {
  readonly kind = "emulator";
  /** The emulator itself, for what only it can do: several workers by number, traps, traces. */
  readonly emulator: Emulator;
  private readonly calls: Calls;
  private readonly upstreams: Upstreams;
  private readonly client: TestClient;
  private readonly faults: FaultPlan;
  readonly tcpUpstream: TcpUpstream;
  private firstLogOfTest = 0;
  private firstTrapOfTest = 0;

  private constructor(
    emulator: Emulator,
    calls: Calls,
    faults: FaultPlan,
    upstreams: Upstreams,
    tcpUpstream: TcpUpstream,
  ) {
    this.faults = faults;
    this.emulator = emulator;
    this.calls = calls;
    this.upstreams = upstreams;
    this.tcpUpstream = tcpUpstream;
    this.client = new TestClient((head, listener, options) => {
      const source = sourceAddress(options.source);
      const from = source && { sourceAddress: sourceText(source) };
      return emulator.open(head, listener, { ...options, ...from });
    }, upstreams.lookup);
  }

  static async start(options: SuiteOptions): Promise<EmulatorHost> {
    const topology = await topologyOf(options);
    const { grpc = [], unreachable = [], faults: named = [] } = options;
    named.forEach(checkFailable);
    const faults = new FaultPlan(named);
    const started = Promise.withResolvers<Emulator>();
    const upstreams = upstreamsOf(options, topology, async (duration) =>
      (await started.promise).clock.sleep(duration),
    );
    const tcpUpstream = new TcpUpstream();
    const calls = new Calls();
    const emulator = await startEmulator({
      topology,
      clusters: () => undefined,
      calls: (name) => {
        if (unreachable.includes(name)) return "unreachable";
        const upstream = upstreams.find(name);
        if (!upstream) return undefined;
        return grpc.includes(name)
          ? { serve: grpcCalls(upstream.grpc.handle), http2: true }
          : { serve: upstream.handle };
      },
      grpc: (name) => {
        if (unreachable.includes(name)) return "unreachable";
        return grpc.includes(name) ? upstreams.get(name).grpc.handle : undefined;
      },
      tcpUpstream: tcpUpstream.handle,
      logLevel: options.logLevel ?? "info",
      ...(calls.sink && { watcher: calls.sink }),
      ...(named.length > 0 && { fault: faults.take }),
    });
    started.resolve(emulator);
    return new EmulatorHost(emulator, calls, faults, upstreams, tcpUpstream);
  }

  get fetch(): TestHost["fetch"] {
    return this.client.fetch;
  }

  get open(): TestHost["open"] {
    return this.client.open;
  }

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

  readonly metric: TestHost["metric"] = async (name) => (await this.stats())[name] ?? 0;

  readonly stats: TestHost["stats"] = async (pattern) => metricsOf(this.emulator.levels(), pattern);

  readonly histogram: TestHost["histogram"] = async (name) => this.emulator.histogram(name);

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

  readonly failNext: TestHost["failNext"] = async (name, status, options = {}) =>
    this.faults.set(name, status, options);

  readonly updateFilter: TestHost["updateFilter"] = (name, config) =>
    this.emulator.updateFilter(name, config);

  beginTest(): void {
    this.firstLogOfTest = this.emulator.logs.length;
    this.firstTrapOfTest = this.emulator.traps.length;
    this.calls.beginTest();
    this.tcpUpstream.beginTest();
    this.upstreams.beginTest();
  }

  /** A trap is a defect even where the failure policy hides it: it fails the test in which it happened, and those after it. */
  async endTest({ mayTrap }: EndOfTest = { mayTrap: false }): Promise<void> {
    if (this.client.closeAll()) await settle();
    const left = this.faults.clear();
    const [trap] = this.emulator.traps;
    if (trap && !mayTrap) {
      const { plugin, function: name, error } = trap;
      throw new Error(`${plugin} trapped in ${name}: ${error.stack ?? String(error)}`);
    }
    this.upstreams.endTest();
    expectNoneLeft(left);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.emulator[Symbol.asyncDispose]();
  }
}
