/** Starts the demo: Envoy with the chain in front of the upstreams. */
import { resolveEnvoy, type RunningEnvoy, startEnvoy, upstreamBindHost } from "../envoy/index.ts";
import { requireFreePort } from "../envoy/ports.ts";
import { buildFilters } from "../wasm/build.ts";
import { DEMO_CHAIN, demoTopology } from "./chain.ts";
import { curlLines } from "./curl.ts";
import type { DemoEvent } from "./events.ts";
import { runTour } from "./run-tour.ts";
import { startUpstreams } from "./upstreams.ts";

const LOOPBACK = "127.0.0.1";

/** How to run the demo. */
export interface DemoOptions {
  /** Port of the proxy; 0 takes a free one. */
  readonly port: number;
  /** Port of Envoy's admin interface; 0 takes a free one. */
  readonly adminPort: number;
  /** Directory for what is seen of each request before and behind the filters. */
  readonly tap?: string;
  readonly onEvent: (event: DemoEvent) => void;
}

/** A demo that is up. */
export interface RunningDemo extends AsyncDisposable {
  readonly envoy: RunningEnvoy;
  /** Sends the requests of the tour; true if each came back as it should. */
  tour(): Promise<boolean>;
  /** Reports where the demo can be tried by hand. */
  announce(): void;
}

/**
 * Gets what is missing and starts the demo.
 *
 * @param options ports and listener
 * @returns the demo, ready for requests; declare it with `await using`
 * @throws {EnvoyNotFoundError} {CompileError} {EnvoyStartError} if it cannot be started
 */
export async function startDemo({ port, adminPort, tap, onEvent }: DemoOptions): Promise<RunningDemo> {
  // Before anything that takes time.
  await requireFreePort(LOOPBACK, port);
  await requireFreePort(LOOPBACK, adminPort);
  const installation = await resolveEnvoy({
    fetch: true,
    onStep: (step) => onEvent({ step: "envoy", ...step }),
    onProgress: (progress) => onEvent({ step: "download", ...progress }),
  });
  const built = await buildFilters({
    filters: DEMO_CHAIN,
    onProgress: (event) => onEvent({ step: "build", ...event }),
  });

  await using resources = new AsyncDisposableStack();
  const upstreams = await startUpstreams(await upstreamBindHost(installation));
  for (const upstream of upstreams) resources.use(upstream);
  onEvent({ step: "upstreams", ports: Object.fromEntries(upstreams.map((one) => [one.name, one.port])) });
  const started = performance.now();
  const envoy = resources.use(
    await startEnvoy({
      installation,
      topology: demoTopology(built),
      clusters: upstreams.map(({ name, port: upstreamPort }) => ({ name, port: upstreamPort })),
      listenerPort: port,
      adminPort,
      ...(tap !== undefined && { tap }),
    }),
  );
  const { url } = envoy;
  const admin = envoy.admin.url;
  onEvent({ step: "ready", url, admin, milliseconds: Math.round(performance.now() - started) });
  const owned = resources.move();
  return {
    envoy,
    tour: () => runTour(envoy, onEvent),
    announce: () => onEvent({ step: "up", url, admin, curl: curlLines(url) }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
