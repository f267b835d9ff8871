import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import {
  type EnvoyInstallation,
  linearMemoryPages,
  type RunningEnvoy,
  startEnvoy,
  upstreamBindHost,
} from "../envoy/index.ts";
import { serveGrpc } from "../http/grpc.ts";
import { type HttpServer, openHttp, serveHttp1Calls } from "../http/index.ts";
import { sendWithMetadata, serveWithMetadata } from "../http/metadata.ts";
import { openWhole, wholeHandler } from "../http/whole.ts";
import { parseDuration } from "../model/duration.ts";
import type { JsonObject } from "../model/json.ts";
import { TCP_CLUSTER, type TcpSink } from "../model/index.ts";
import { connectTcp, serveTcp } from "../tcp/index.ts";
import { EnvoyFaults, withFaults } from "./faults/envoy-faults.ts";
import { checkFailable } from "./faults/names.ts";
import { expectNoneLeft } from "./faults/plan.ts";
import { type Open, TestClient } from "./client.ts";
import { EnvoyWatch } from "./envoy-watch.ts";
import type { SuiteOptions, TestHost } from "./host.ts";
import { CUSTOM_METRIC, METRICS_FILTER, metricsOf } from "./metrics.ts";
import type { EndOfTest, RunningHost } from "./running-host.ts";
import { sourceAddress } from "./source.ts";
import { topologyOf, upstreamsOf } from "./suite.ts";
import { TcpPeer } from "./tcp-peer.ts";
import { TcpUpstream } from "./tcp-upstream.ts";
import type { Upstreams } from "./upstreams.ts";

/** A reserved port that nothing on a test machine listens on (tcpmux). */
const PORT_OF_NOBODY = 1;
const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/** A real Envoy as a host of tests, with upstreams in this process. */
export class EnvoyHost implements RunningHost {
  readonly kind: "envoy" | "container";
  private readonly envoy: RunningEnvoy;
  private readonly watch: EnvoyWatch;
  private readonly faults: EnvoyFaults;
  private readonly upstreams: Upstreams;
  private readonly client: TestClient;
  readonly tcpUpstream: TcpUpstream;
  private readonly hasStatSinks: boolean;
  private readonly resources: AsyncDisposable;

  private constructor(
    kind: "envoy" | "container",
    envoy: RunningEnvoy,
    watch: EnvoyWatch,
    faults: EnvoyFaults,
    upstreams: Upstreams,
    tcpUpstream: TcpUpstream,
    open: Open,
    hasStatSinks: boolean,
    resources: AsyncDisposable,
  ) {
    this.kind = kind;
    this.envoy = envoy;
    this.watch = watch;
    this.faults = faults;
    this.upstreams = upstreams;
    this.tcpUpstream = tcpUpstream;
    this.hasStatSinks = hasStatSinks;
    this.resources = resources;
    this.client = new TestClient(open, upstreams.lookup);
  }

  static async start(options: SuiteOptions, installation: EnvoyInstallation): Promise<EnvoyHost> {
    const topology = await topologyOf(options);
    const { grpc = [], unreachable = [], http2Metadata = false, faults = [] } = options;
    faults.forEach(checkFailable);
    const upstreams = upstreamsOf(options, topology, (duration) => sleep(milliseconds(duration)));
    await using resources = new AsyncDisposableStack();
    const host = await upstreamBindHost(installation);
    const listening = await Promise.all(
      upstreams.all.map(async ({ name, handle, grpc: double }) => {
        const isGrpc = grpc.includes(name);
        const serve = (): Promise<HttpServer> =>
          http2Metadata ? serveWithMetadata(wholeHandler(handle), host) : serveHttp1Calls(handle, host);
        const server = isGrpc ? serveGrpc(double.handle, host) : serve();
        return { name, http2: isGrpc || http2Metadata, port: resources.use(await server).port };
      }),
    );
    const nowhere = unreachable.map((name) => ({ name, http2: true, port: PORT_OF_NOBODY }));
    const clusters = [...listening, ...nowhere];
    const tcpUpstream = new TcpUpstream();
    if (topology.networkFilters) {
      const { port } = resources.use(await serveTcp(tcpUpstream.handle, host));
      clusters.push({ name: TCP_CLUSTER, port, http2: false });
    }
    const { filters, networkFilters = [] } = topology;
    const hasStatSinks = topology.statSinks !== undefined || topology.statsFlushInterval !== undefined;
    const [only, ...others] = [...filters, ...networkFilters];
    const plugin = others.length === 0 ? (only?.name ?? "") : "";
    const watch = new EnvoyWatch(plugin, options.logLevel ?? "info");
    const envoy = resources.use(
      await startEnvoy({
        installation,
        topology: await withFaults(topology, faults),
        clusters,
        reloadable: true,
        http1Trailers: true,
        http2Metadata,
        proxyProtocol: true,
        // Envoy either flushes its statistics regularly, to the sinks, or when the admin interface is asked for them.
        ...(!hasStatSinks && {
          amend: (config: JsonObject) => ({ ...config, stats_flush_on_admin: true }),
        }),
        logLevel: watch.level,
        onLog: (line) => watch.takeLog(line),
        onOutput: (line) => watch.take(line),
      }),
    );
    return new EnvoyHost(
      installation.kind === "image" ? "container" : "envoy",
      envoy,
      watch,
      new EnvoyFaults(envoy, faults),
      upstreams,
      tcpUpstream,
      (head, listener, options) => {
        const { listenerPort } = envoy;
        const source = sourceAddress(options.source);
        if (http2Metadata)
          return openWhole((request) => sendWithMetadata(listenerPort, request, source), head, listener);
        return openHttp(listenerPort, head, listener, { http: options.http ?? 1, ...(source && { source }) });
      },
      hasStatSinks,
      resources.move(),
    );
  }

  readonly fetch: TestHost["fetch"] = async (path, options) => {
    try {
      return await this.envoy.watch(this.client.fetch(path, options));
    } finally {
      // What Envoy logged before it answered lies in its pipe: it is read before this process's next turn.
      await nextTurn();
    }
  };

  get open(): TestHost["open"] {
    return this.client.open;
  }

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
      await sleep(milliseconds(duration));
    },
  };

  get logs(): TestHost["logs"] {
    return this.watch.logs;
  }

  readonly metric: TestHost["metric"] = async (name) => (await this.stats())[name] ?? 0;

  readonly stats: TestHost["stats"] = async (pattern) =>
    metricsOf(await this.envoy.admin.stats(METRICS_FILTER), pattern);

  readonly histogram: TestHost["histogram"] = async (name) => {
    if (this.hasStatSinks)
      throw new Error(
        `histogram ${name}: it cannot be read in a suite with stat sinks; have it in another one`,
      );
    return this.envoy.admin.histogram(`${CUSTOM_METRIC}${name}`);
  };

  readonly record: TestHost["record"] = (action) => this.watch.record(this.envoy.admin, action);

  readonly settled: TestHost["settled"] = () => this.watch.settled(this.envoy.admin);

  get traps(): TestHost["traps"] {
    return this.watch.traps;
  }

  readonly memoryPages: TestHost["memoryPages"] = () => linearMemoryPages(this.envoy);

  readonly failNext: TestHost["failNext"] = (name, status, options = {}) =>
    this.faults.set(name, status, options);

  readonly updateFilter: TestHost["updateFilter"] = (name, config) => this.envoy.updateFilter(name, config);

  beginTest(): void {
    this.watch.beginTest();
    this.tcpUpstream.beginTest();
    this.upstreams.beginTest();
  }

  /** A trap kills a worker's VM for good: it fails the test in which it happened, and those after it. */
  async endTest({ mayTrap }: EndOfTest = { mayTrap: false }): Promise<void> {
    // So that their last log lines do not come in the next test.
    if (this.client.closeAll()) await this.watch.untilIdle(this.envoy.admin);
    const left = await this.faults.clear();
    const trap = this.watch.firstTrap;
    if (trap && !mayTrap) {
      const { plugin, function: name, message } = trap;
      throw new Error(`${plugin === "" ? "a filter" : plugin} trapped in ${name}: ${message}`);
    }
    this.upstreams.endTest();
    expectNoneLeft(left);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resources[Symbol.asyncDispose]();
  }
}

function milliseconds(duration: string): number {
  return Number(parseDuration(duration) / NANOSECONDS_PER_MILLISECOND);
}
