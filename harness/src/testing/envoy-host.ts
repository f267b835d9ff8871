import { setTimeout as sleep } from "node:timers/promises";
import {
  type EnvoyInstallation,
  linearMemoryPages,
  type RunningEnvoy,
  startEnvoy,
  upstreamBindHost,
} from "../envoy/index.ts";
import { serveGrpc } from "../http/grpc.ts";
import { sendHttp, serveHttp } from "../http/index.ts";
import { sendHttp2, serveHttp2 } from "../http/metadata.ts";
import { parseDuration } from "../model/duration.ts";
import { LOG_LEVELS, type LogLevel, TCP_CLUSTER, type TcpSink } from "../model/index.ts";
import { connectTcp, serveTcp } from "../tcp/index.ts";
import { CallRecorder, EnvoyTrace, trapIn } from "../trace/index.ts";
import { Calls, IS_TRACED, recordingOf } from "./calls.ts";
import { EnvoyLogLevel } from "./envoy-log-level.ts";
import type { FilterTrap, SuiteOptions, TestHost } from "./host.ts";
import { fetchResult, requestOf } from "./messages.ts";
import type { RunningHost } from "./running-host.ts";
import { topologyOf } from "./suite.ts";
import { TcpPeer } from "./tcp-peer.ts";
import { TcpUpstream } from "./tcp-upstream.ts";
import { Upstreams } from "./upstreams.ts";

/** A reserved port that nothing on a test machine listens on (tcpmux). */
const PORT_OF_NOBODY = 1;
const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/** A real Envoy as a host of tests, with upstreams in this process. */
export class EnvoyHost implements RunningHost {
  readonly kind: "envoy" | "container";
  private readonly envoy: RunningEnvoy;
  private readonly calls: Calls;
  private readonly logLevel: LogLevel;
  private readonly wasmLevel: EnvoyLogLevel;
  private readonly allTraps: readonly FilterTrap[];
  private firstTrapOfTest = 0;
  private readonly upstreams: Upstreams;
  readonly tcpUpstream: TcpUpstream;
  private readonly send: typeof sendHttp;
  private readonly resources: AsyncDisposable;
  private firstLogOfTest = 0;

  private constructor(
    kind: "envoy" | "container",
    envoy: RunningEnvoy,
    calls: Calls,
    traps: readonly FilterTrap[],
    logLevel: LogLevel,
    upstreams: Upstreams,
    tcpUpstream: TcpUpstream,
    send: typeof sendHttp,
    resources: AsyncDisposable,
  ) {
    this.kind = kind;
    this.envoy = envoy;
    this.calls = calls;
    this.allTraps = traps;
    this.logLevel = logLevel;
    this.wasmLevel = new EnvoyLogLevel(envoy, IS_TRACED ? "trace" : logLevel);
    this.upstreams = upstreams;
    this.tcpUpstream = tcpUpstream;
    this.send = send;
    this.resources = resources;
  }

  static async start(options: SuiteOptions, installation: EnvoyInstallation): Promise<EnvoyHost> {
    const topology = await topologyOf(options);
    const { grpc = [], unreachable = [], http2Metadata = false } = options;
    const upstreams = new Upstreams([...topology.routes.map((route) => route.cluster), ...grpc]);
    await using resources = new AsyncDisposableStack();
    const host = await upstreamBindHost(installation);
    const listening = await Promise.all(
      upstreams.all.map(async (upstream) => {
        const { name } = upstream;
        const isGrpc = grpc.includes(name);
        const serve = http2Metadata ? serveHttp2 : serveHttp;
        const server = isGrpc ? serveGrpc(upstream.grpc.handle, host) : serve(upstream.handle, host);
        return { name, http2: isGrpc || http2Metadata, port: resources.use(await server).port };
      }),
    );
    const nowhere = unreachable.map((name) => ({ name, http2: true, port: PORT_OF_NOBODY }));
    const clusters = [...listening, ...nowhere];
    const logLevel = options.logLevel ?? "info";
    const tcpUpstream = new TcpUpstream();
    if (topology.networkFilters) {
      const { port } = resources.use(await serveTcp(tcpUpstream.handle, host));
      clusters.push({ name: TCP_CLUSTER, port, http2: false });
    }
    const calls = new Calls();
    const { filters, networkFilters = [] } = topology;
    const [only, ...others] = [...filters, ...networkFilters];
    const plugin = others.length === 0 ? (only?.name ?? "") : "";
    const trace = new EnvoyTrace(calls, plugin);
    const traps: FilterTrap[] = [];
    const envoy = resources.use(
      await startEnvoy({
        installation,
        topology,
        clusters,
        reloadable: true,
        http1Trailers: true,
        http2Metadata,
        logLevel: IS_TRACED ? "trace" : logLevel,
        onOutput: (line) => {
          trace.take(line);
          const trap = trapIn(line);
          if (trap) traps.push({ plugin, ...trap });
        },
      }),
    );
    return new EnvoyHost(
      installation.kind === "image" ? "container" : "envoy",
      envoy,
      calls,
      traps,
      logLevel,
      upstreams,
      tcpUpstream,
      http2Metadata ? sendHttp2 : sendHttp,
      resources.move(),
    );
  }

  readonly fetch: TestHost["fetch"] = async (path, options = {}) =>
    fetchResult(
      await this.envoy.watch(this.send(this.envoy.listenerPort, requestOf(path, options))),
      this.upstreams.lookup,
    );

  readonly connect: TestHost["connect"] = async () => {
    const { tcpPort } = this.envoy;
    if (tcpPort === undefined) throw new Error("the suite has no network filters to connect to");
    const sender = Promise.withResolvers<TcpSink>();
    const peer = new TcpPeer(sender.promise);
    sender.resolve(await connectTcp(tcpPort, peer));
    return peer;
  };

  readonly upstream: TestHost["upstream"] = (name) => this.upstreams.get(name);

  readonly clock: TestHost["clock"] = {
    now: () => BigInt(Date.now()) * NANOSECONDS_PER_MILLISECOND,
    advance: async (duration) => {
      await sleep(Number(parseDuration(duration) / NANOSECONDS_PER_MILLISECOND));
    },
  };

  get logs(): TestHost["logs"] {
    // At level trace, for the calls, modules log more than the suite wants to see.
    const lowest = LOG_LEVELS.indexOf(this.logLevel);
    return this.envoy.logs
      .slice(this.firstLogOfTest)
      .filter(({ level }) => LOG_LEVELS.indexOf(level) >= lowest);
  }

  readonly metric: TestHost["metric"] = async (name) =>
    (await this.envoy.admin.stats(`^wasmcustom.${name}$`)).get(`wasmcustom.${name}`) ?? 0;

  readonly record: TestHost["record"] = async (action) => {
    const recorder = new CallRecorder();
    await using _ = await this.wasmLevel.raise();
    const end = this.calls.listen(recorder);
    try {
      const result = await action();
      await this.wasmLevel.flush();
      return recordingOf(result, recorder);
    } finally {
      end();
    }
  };

  readonly settled: TestHost["settled"] = () => this.wasmLevel.flush();

  get traps(): TestHost["traps"] {
    return this.allTraps.slice(this.firstTrapOfTest);
  }

  readonly memoryPages: TestHost["memoryPages"] = () => linearMemoryPages(this.envoy);

  readonly updateFilter: TestHost["updateFilter"] = (name, config) => this.envoy.updateFilter(name, config);

  beginTest(): void {
    this.firstLogOfTest = this.envoy.logs.length;
    this.firstTrapOfTest = this.allTraps.length;
    this.calls.beginTest();
    this.tcpUpstream.beginTest();
    for (const upstream of this.upstreams.all) upstream.beginTest();
  }

  /** A trap kills a worker's VM for good: it fails the test in which it happened. */
  endTest(): void {
    const trap = this.envoy.output.find(
      (line) => line.includes("Function: proxy_on_") && line.includes("failed:"),
    );
    if (trap !== undefined) throw new Error(`a filter trapped in Envoy: ${trap}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resources[Symbol.asyncDispose]();
  }
}
