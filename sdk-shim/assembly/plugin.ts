import * as env from "./abi/env";
import { Status } from "./abi/types";
import { Bytes } from "./bytes";
import { ConfigReader } from "./config/reader";
import { actFor, effectiveContext, restoreContext } from "./effective";
import { Context, HttpFilter } from "./filter";
import { Headers, REQUEST_HEADERS, RESPONSE_HEADERS, RESPONSE_TRAILERS } from "./headers";
import { LogLevel, log } from "./log";
import { NetworkFilter } from "./network-filter";
import { StatsUpdate } from "./stats";

/** How far a plugin is on its way to its end. */
enum Stage {
  Running = 0,
  /** `onDone` was false, and `finish` has not been called. */
  Deferred = 1,
  Done = 2,
}

/** Passes every stream through. */
class PassThrough extends HttpFilter {}

/**
 * One configuration of the plugin (a root context): reads it once and makes a filter for every stream.
 *
 * @example
 * ```ts
 * class GreetingPlugin extends Plugin {
 *   private greeting: Bytes = Bytes.EMPTY;
 *
 *   configure(config: Bytes): bool {
 *     const reader = ConfigReader.parse(config);
 *     this.greeting = reader.root.string("greeting", "hello", 100);
 *     reader.root.finish();
 *     return this.accept(reader);
 *   }
 *
 *   createFilter(): HttpFilter {
 *     return new GreetingFilter(this.greeting);
 *   }
 * }
 *
 * class GreetingFilter extends HttpFilter {
 *   constructor(private readonly greeting: Bytes) {
 *     super();
 *   }
 *
 *   onResponseHeaders(endOfStream: bool): Action {
 *     this.responseHeaders.set("x-greeting", this.greeting);
 *     return Action.Continue;
 *   }
 * }
 *
 * registerPlugin(() => new GreetingPlugin());
 * ```
 */
export abstract class Plugin extends Context {
  /** The filter that serves all streams of the plugin, where one can. Kept by the SDK. @internal */
  sharedFilter: HttpFilter | null = null;
  private stage: Stage = Stage.Running;
  /** What keeps the plugin beyond its end. */
  private holds: i32 = 0;

  /**
   * Reads the configuration; false refuses it: the host then keeps the one in force, or does not start.
   * Metrics are defined here.
   */
  configure(config: Bytes): bool {
    return true;
  }

  /**
   * Makes the filter for one stream: a new one each time. A stream for which it returns one that it made before is answered
   * 500, with a line in the log. Keep what the filter depends on in its fields. Where the compiler sees that all filters of a plugin
   * are alike, as with `return new MyFilter(this)`, it is asked once, and that filter serves all streams.
   */
  createFilter(): HttpFilter {
    return new PassThrough();
  }

  /**
   * Makes the filter for one TCP connection, a new one each time, when the plugin stands in a chain of network filters; a
   * plugin that returns null, as this does, is asked for `createFilter`. The same module can serve both kinds of chain with
   * two plugins. A plugin in the other kind of chain lets nothing pass: connections are closed, requests answered 500.
   *
   * @example
   * ```ts
   * class Refusing extends NetworkFilter {
   *   onNewConnection(): Action {
   *     this.closeDownstream();
   *     return Action.Pause;
   *   }
   * }
   *
   * class RefusingPlugin extends Plugin {
   *   createNetworkFilter(): NetworkFilter | null {
   *     return new Refusing();
   *   }
   * }
   * ```
   */
  createNetworkFilter(): NetworkFilter | null {
    return null;
  }

  /** The period set with `setTickPeriod` is over. Each worker ticks on its own. */
  onTick(): void {}

  /**
   * The VM is there, before any plugin in it is configured; `configuration` is the VM's, which all its plugins share,
   * and empty when there is none. False refuses the VM: the host keeps what is in force, or does not start. Called once
   * for each plugin.
   *
   * @example
   * ```ts
   * class StrictPlugin extends Plugin {
   *   onVmStart(configuration: Bytes): bool {
   *     return configuration.length > 0;
   *   }
   * }
   * ```
   */
  onVmStart(configuration: Bytes): bool {
    return true;
  }

  /**
   * A message has come into queue `queueId` (see `SharedQueue.id`) that this plugin registered last, on this worker.
   * Somebody else may have taken it already.
   *
   * @example
   * ```ts
   * class Consumer extends Plugin {
   *   private queue: SharedQueue | null = null;
   *
   *   configure(config: Bytes): bool {
   *     this.queue = SharedQueue.register("jobs");
   *     return true;
   *   }
   *
   *   onQueueReady(queueId: u32): void {
   *     const queue = this.queue;
   *     const message = queue ? queue.dequeue() : null;
   *     if (message) log(LogLevel.Info, message);
   *   }
   * }
   * ```
   */
  onQueueReady(queueId: u32): void {}

  /**
   * The host, or an extension built into it, calls function `functionId` of this plugin with `argument`; which there
   * are is agreed upon with that host. Envoy 1.40 itself calls none. Nothing of a stream is at hand here.
   *
   * @example
   * ```ts
   * class Extended extends Plugin {
   *   onForeignFunction(functionId: u32, argument: Bytes): void {
   *     if (functionId == 1) log(LogLevel.Info, argument);
   *   }
   * }
   * ```
   */
  onForeignFunction(functionId: u32, argument: Bytes): void {}

  /**
   * The configuration is replaced or the host shuts down; streams that began with it are over. False keeps the plugin
   * until it calls `finish`, for instance until the answer to a last call has come; a host that shuts down does not wait.
   *
   * @example
   * ```ts
   * class Farewell extends HttpCall {
   *   constructor(private readonly plugin: Plugin) {
   *     super(plugin);
   *   }
   *
   *   onResponse(response: CallResponse): void {
   *     this.plugin.finish();
   *   }
   * }
   *
   * class Polite extends Plugin {
   *   onDone(): bool {
   *     const headers = new HeaderList();
   *     headers.add(":method", "POST").add(":path", "/bye").add(":authority", "registry");
   *     return new Farewell(this).dispatch("registry", headers, "", 1000) != Status.Ok;
   *   }
   * }
   * ```
   */
  onDone(): bool {
    return true;
  }

  /**
   * Ends a plugin whose `onDone` said false. Status.NotFound when it did not, or has ended already.
   *
   * @example
   * ```ts
   * class Lingering extends Plugin {
   *   onDone(): bool {
   *     this.setTickPeriod(100);
   *     return false;
   *   }
   *
   *   onTick(): void {
   *     this.finish();
   *   }
   * }
   * ```
   */
  finish(): Status {
    if (this.stage != Stage.Deferred) return Status.NotFound;
    this.stage = Stage.Done;
    return this.holds > 0 ? Status.Ok : this.leave();
  }

  /** Keeps the plugin beyond its end until `release` is called as often. For the SDK. */
  hold(): void {
    this.holds++;
  }

  /** Undoes one `hold`, and ends a plugin that is done and that nothing else keeps. For the SDK. */
  release(): void {
    if (--this.holds == 0 && this.stage == Stage.Done) this.leave();
  }

  /** The host ends the plugin: whether it may be deleted at once. For the SDK. */
  end(): bool {
    this.stage = this.onDone() ? Stage.Done : Stage.Deferred;
    return this.stage == Stage.Done && this.holds == 0;
  }

  private leave(): Status {
    const before = effectiveContext();
    if (!actFor(this.id)) return Status.NotFound;
    const status = env.proxy_done();
    restoreContext(before);
    return status;
  }

  /**
   * A request or connection is over; comes where the plugin is an access logger (`envoy.access_loggers.wasm`), not for
   * the streams of its filters. `requestHeaders`, `responseHeaders` and `responseTrailers` can be read, and properties.
   *
   * @example
   * ```ts
   * class AccessLog extends Plugin {
   *   onLog(): void {
   *     const path = this.requestHeaders.get(":path");
   *     if (path) log(LogLevel.Info, path);
   *   }
   * }
   * ```
   */
  onLog(): void {}

  /**
   * The statistics of the proxy are there again; comes where the plugin is a stat sink (`envoy.stat_sinks.wasm`), every
   * `stats_flush_interval`, on the main thread only.
   *
   * @example
   * ```ts
   * class Alarm extends Plugin {
   *   onStatsUpdate(stats: StatsUpdate): void {
   *     const name = Bytes.of("cluster_manager.update_failure");
   *     while (stats.next()) if (stats.name == name && stats.delta > 0) log(LogLevel.Warn, name);
   *   }
   * }
   * ```
   */
  onStatsUpdate(stats: StatsUpdate): void {}

  /** The headers of the request, in `onLog`. */
  get requestHeaders(): Headers {
    return REQUEST_HEADERS;
  }

  /** The headers of the response, in `onLog`. */
  get responseHeaders(): Headers {
    return RESPONSE_HEADERS;
  }

  /** The trailers of the response, in `onLog`. */
  get responseTrailers(): Headers {
    return RESPONSE_TRAILERS;
  }

  /** Calls `onTick` every `milliseconds`; 0 stops it. */
  setTickPeriod(milliseconds: u32): void {
    env.proxy_set_tick_period_milliseconds(milliseconds);
  }

  /** Logs every error that `reader` has found; true when there was none. The usual end of `configure`. */
  accept(reader: ConfigReader): bool {
    const errors = reader.errors;
    for (let i = 0; i < errors.length; i++)
      log(LogLevel.Error, "configuration refused: " + errors[i].toString());
    return errors.length == 0;
  }
}
