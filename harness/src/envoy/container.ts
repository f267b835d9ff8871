/** Starts Envoy in a container. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { GenericContainer, getContainerRuntimeClient, ImageName, Wait } from "testcontainers";
import type { StartedTestContainer } from "testcontainers";
// Not in the package's index, but the only place that knows which image it would pull.
import { getReaperImage } from "testcontainers/build/reaper/reaper.js";
import type { FilterSpec } from "../model/index.ts";
import { bootstrap, type ClusterSpec } from "../ship/index.ts";
import { HttpAdmin } from "./admin.ts";
import { DiscoveryServer } from "./discovery-server.ts";
import { ENGINE_MS, removeContainerNow, requireImage, startError, within } from "./container-failures.ts";
import { removeContainer } from "./docker.ts";
import { EnvoyStartError } from "./errors.ts";
import { errorText } from "../process/exec.ts";
import { sha256 } from "./hash.ts";
import type { ImageInstallation } from "./installation.ts";
import { beforeProcessEnds } from "../process/lifetime.ts";
import { EnvoyLog } from "./log.ts";
import {
  allFilters,
  commonArguments,
  type EnvoyExit,
  isOnThisMachine,
  type StartOptions,
} from "./options.ts";
import { requireFreePort } from "./ports.ts";
import { type Publisher, Reloader } from "./reload.ts";
import { Running } from "./running.ts";
import { HARNESS_HOST, upstreamBindHost } from "./upstream.ts";
import { poll } from "./wait.ts";

const LISTENER_PORT = 10_000;
const TCP_PORT = 10_001;
const ADMIN_PORT = 9901;
const DIRECTORY = "/etc/sidecraft";
const DISCOVERY_CLUSTER = "sidecraft_discovery";
const READABLE = 0o644;

/**
 * Starts an Envoy in a container of the local Docker engine. The image is pulled only if the engine does not have it.
 * An engine that stops or hangs meanwhile is an error, not a wait without end.
 *
 * Configuration and modules are copied in, so that the engine may run in a virtual machine. Filters are replaced
 * over REST: Envoy reloads a file only when it is renamed into place, but copying into a container writes it
 * directly, and renames in a mounted directory do not reach containers in a virtual machine.
 *
 * @param installation the image
 * @param options how to start it
 * @returns Envoy, ready for requests
 * @throws {EnvoyStartError} if it does not come up
 */
export async function startContainer(
  installation: ImageInstallation,
  options: StartOptions,
): Promise<Running> {
  if (options.tap !== undefined)
    throw new RangeError("files of a tap stay in the container: tap an Envoy on this machine");
  await requireImage(installation.image);
  await requireFreePort("0.0.0.0", options.listenerPort ?? 0);
  await requireFreePort("0.0.0.0", options.adminPort ?? 0);
  await using undo = new AsyncDisposableStack();
  const log = new EnvoyLog(allFilters(options.topology), options);

  const publisher = new ContainerPublisher();
  let reloader: Reloader | undefined;
  if (options.reloadable === true) {
    publisher.server = undo.use(await DiscoveryServer.start(await upstreamBindHost(installation)));
    reloader = new Reloader(publisher);
    await reloader.publishFirst(options.topology.filters);
  }
  const config = JSON.stringify(await containerBootstrap(options, publisher), null, 2);
  const copies = [{ content: config, target: `${DIRECTORY}/envoy.json`, mode: READABLE }];

  const timeoutMs = options.startTimeoutMs ?? 60_000;
  const hasTcp = options.topology.networkFilters !== undefined;
  const name = `sidecraft-envoy-${randomUUID()}`;
  const exit = Promise.withResolvers<EnvoyExit>();
  const container = new GenericContainer(installation.image)
    .withName(name)
    .withCommand(["-c", `${DIRECTORY}/envoy.json`, ...commonArguments(options)])
    .withExposedPorts(
      published(LISTENER_PORT, options.listenerPort),
      published(ADMIN_PORT, options.adminPort),
      ...(hasTcp ? [TCP_PORT] : []),
    )
    .withExtraHosts([{ host: HARNESS_HOST, ipAddress: "host-gateway" }])
    .withCopyContentToContainer([...copies, ...publisher.takeCopies()])
    .withWaitStrategy(Wait.forHttp("/ready", ADMIN_PORT, { abortOnContainerExit: true }).withReadTimeout(200))
    .withStartupTimeout(timeoutMs)
    .withAutoCleanup(await within(reaperAtHand(), ENGINE_MS))
    .withLogConsumer((stream) => {
      const read = log.reader();
      stream.on("data", read).once("close", () => {
        read();
        exit.resolve({ status: null });
      });
    });

  // Also where a reaper watches: it acts some seconds later.
  undo.defer(beforeProcessEnds(() => removeContainerNow(name)));
  let started: StartedTestContainer;
  try {
    started = await within(container.start(), timeoutMs + ENGINE_MS);
  } catch (error) {
    const leftOver = await removeContainer(name).catch(errorText);
    throw startError(error, { log, config, timeoutMs, leftOver });
  }
  undo.defer(() => removeContainer(name));
  publisher.container = started;

  const host = started.getHost();
  const adminPort = started.getMappedPort(ADMIN_PORT);
  const admin = new HttpAdmin(`http://${host}:${adminPort}`);
  const refused = await reloader?.refusedAtStart(admin);
  if (refused !== undefined) throw EnvoyStartError.refused(`Envoy refused ${refused.join(", ")}`, log.output);
  const works = await poll(async () => (await admin.workersStarted()) || undefined, {
    timeoutMs,
    intervalMs: 10,
  });
  if (works === undefined) throw EnvoyStartError.timeout(timeoutMs, log.output);

  const cleanup = undo.move();
  return new Running({
    installation,
    host,
    listenerPort: started.getMappedPort(LISTENER_PORT),
    ...(hasTcp && { tcpPort: started.getMappedPort(TCP_PORT) }),
    adminPort,
    admin,
    log,
    exited: exit.promise,
    reloader,
    end: () => cleanup.disposeAsync(),
  });
}

async function containerBootstrap(options: StartOptions, publisher: ContainerPublisher): Promise<object> {
  const placed = async (filters: readonly FilterSpec[]): Promise<FilterSpec[]> => {
    const copies: FilterSpec[] = [];
    for (const filter of filters)
      copies.push({ ...filter, wasmPath: await publisher.publishModule(filter.wasmPath) });
    return copies;
  };
  const { networkFilters, statSinks } = options.topology;
  const clusters: ClusterSpec[] = options.clusters.map(({ host, ...cluster }) => {
    return { ...cluster, host: host === undefined || isOnThisMachine(host) ? HARNESS_HOST : host };
  });
  const { server } = publisher;
  if (server !== undefined) clusters.push({ name: DISCOVERY_CLUSTER, host: HARNESS_HOST, port: server.port });
  const topology = {
    ...options.topology,
    filters: await placed(options.topology.filters),
    ...(networkFilters && { networkFilters: await placed(networkFilters) }),
    ...(statSinks && { statSinks: await placed(statSinks) }),
  };
  const config = bootstrap(topology, {
    listener: { host: "0.0.0.0", port: LISTENER_PORT },
    tcpListener: { host: "0.0.0.0", port: TCP_PORT },
    admin: { host: "0.0.0.0", port: ADMIN_PORT },
    clusters,
    ...(server !== undefined && { dynamicFilters: { restCluster: DISCOVERY_CLUSTER } }),
    ...(options.accessLog === true && { accessLog: "/dev/stdout" }),
    ...(options.http1Trailers !== undefined && { http1Trailers: options.http1Trailers }),
    ...(options.proxyProtocol !== undefined && { proxyProtocol: options.proxyProtocol }),
    ...(options.http2Metadata !== undefined && { http2Metadata: options.http2Metadata }),
  });
  return options.amend?.(config) ?? config;
}

function published(port: number, wanted = 0): number | { container: number; host: number } {
  return wanted === 0 ? port : { container: port, host: wanted };
}

/**
 * Whether testcontainers may start its reaper, which removes containers of a process that was killed. It is an image
 * too, and a failed pull would fail the start; without it the container is removed by this process.
 */
async function reaperAtHand(): Promise<boolean> {
  if (process.env["TESTCONTAINERS_RYUK_DISABLED"] === "true") return true;
  const client = await getContainerRuntimeClient();
  return client.image.exists(ImageName.fromString(getReaperImage()));
}

/** Gives Envoy modules as files and discovery answers over HTTP. */
class ContainerPublisher implements Publisher {
  server: DiscoveryServer | undefined;
  container: StartedTestContainer | undefined;
  readonly #known = new Set<string>();
  #copies: { content: Buffer; target: string; mode: number }[] = [];

  async publishModule(wasmPath: string): Promise<string> {
    const content = await readFile(wasmPath);
    const target = `${DIRECTORY}/modules/${sha256(content)}.wasm`;
    if (!this.#known.has(target)) {
      this.#known.add(target);
      const copy = { content, target, mode: READABLE };
      if (this.container === undefined) this.#copies.push(copy);
      else await within(this.container.copyContentToContainer([copy]), ENGINE_MS);
    }
    return target;
  }

  async publishAnswer(filterName: string, answer: string): Promise<void> {
    this.server?.publish(filterName, answer);
  }

  /** What was published before there was a container. */
  takeCopies(): readonly { content: Buffer; target: string; mode: number }[] {
    const copies = this.#copies;
    this.#copies = [];
    return copies;
  }
}
