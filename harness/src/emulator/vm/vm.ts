import { FUEL } from "../../bytecode/fuel.ts";
import { GuestHangError, HostCrashError, isHostError } from "../errors.ts";
import { Body } from "../headers/body.ts";
import type { CallResult } from "../../model/calls.ts";
import type { Host } from "../host.ts";
import { buildImports } from "../host/imports.ts";
import type { HttpStream } from "../stream/stream.ts";
import type { TcpStream } from "../network/stream.ts";
import { MetricIds } from "../shared/metrics.ts";
import type { Timer } from "../clock.ts";
import type { GrpcExchange } from "../grpc/exchange.ts";
import { Context } from "./context.ts";
import { FUEL_OF_A_CALL, LoadError, MAX_PAGES } from "./module.ts";
import { GuestMemory } from "./memory.ts";
import type { Plugin } from "./plugin.ts";
import type { ImportedStore } from "./signatures.ts";
import { Wasm, type WasmGlobal, type WasmInstance, type WasmMemory } from "./webassembly.ts";

type GuestFunction = (a?: number, b?: number, c?: number, d?: number, e?: number) => number;

/** What the guest may call now (Envoy 1.40 restricts it at start and in the allocator). */
export const Restriction = { None: 0, StartSection: 1, Start: 2, Allocator: 3 } as const;

/** The root context of one plugin in one VM, kept as long as somebody uses it. */
interface Root {
  readonly context: Context;
  users: number;
}

/** One instance of a module with its contexts: a VM on one thread. It stays until the host ends or it traps. */
export class Vm {
  readonly host: Host;
  /** Worker number; -1 for the main thread and the canary. */
  readonly worker: number;
  readonly vmId: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly configuration: Body;
  readonly capabilities: ReadonlySet<string> | undefined;
  readonly abi010: boolean;
  readonly memory = new GuestMemory();
  readonly metrics: MetricIds;
  readonly contexts = new Map<number, Context>();
  readonly own: Context;
  current: Context;
  effective: Context | undefined;
  restriction: number = Restriction.None;
  /** Set by a local response: the hook that runs counts as stopped, whatever it returns. */
  iterationStopped = false;
  isFailed = false;
  isKilled = false;
  nextCallToken = 4;
  nextGrpcCallToken = 5;
  nextGrpcStreamToken = 6;
  /** gRPC calls and streams by token, as long as the host knows them. */
  readonly grpc = new Map<number, GrpcExchange>();
  /** Called once when the guest traps. */
  onFail: (vm: Vm) => void = () => {};
  readonly #symbolize: (stack: string) => string;
  readonly #roots = new Map<string, Root>();
  readonly #pendingDone = new Set<Context>();
  readonly #ticks = new Map<Context, Timer>();
  #guest: Readonly<Record<string, GuestFunction | undefined>> = {};
  #malloc: GuestFunction = () => 0;
  /** Steps that the guest has left; a bound on what it does between two returns to the host's own code. */
  #fuel: WasmGlobal = { value: FUEL_OF_A_CALL };
  #deferred: (() => void)[] = [];
  #nextId = 1;

  constructor(host: Host, plugin: Plugin, worker: number) {
    this.host = host;
    this.worker = worker;
    this.vmId = plugin.vmId;
    this.environment =
      host.environment === undefined ? plugin.environment : { ...host.environment, ...plugin.environment };
    this.configuration = new Body(plugin.vmConfiguration);
    this.capabilities = plugin.capabilities;
    this.abi010 = plugin.module.version === "0_1_0";
    this.#symbolize = plugin.module.symbolize;
    this.metrics = new MetricIds(host.metrics);
    this.own = new Context(this, 0);
    this.current = this.own;
    this.contexts.set(0, this.own);
  }

  /**
   * Instantiates the module and runs `_initialize` (then `main`) or `_start`, in Envoy 1.40's order.
   * @throws LoadError where Envoy refuses the module
   */
  start(plugin: Plugin): void {
    const { module, shape } = plugin.module;
    const stores = shape.imported.map((one) => ({ ...one, value: newStore(one) }));
    this.restriction = Restriction.StartSection;
    let instance: WasmInstance;
    try {
      instance = new Wasm.Instance(module, buildImports(this, shape.imports, stores));
    } catch (error) {
      if (error instanceof HostCrashError) throw new LoadError(error.message);
      if (isHostError(error) && !(error instanceof Wasm.LinkError)) throw error;
      throw new LoadError(`Failed to create new Wasm instance: ${(error as Error).message}`);
    }
    const memories = [...Object.values(instance.exports), ...stores.map(({ value }) => value)];
    const own = memories.find((value) => value instanceof Wasm.Memory);
    if (own) this.memory.attach(own as WasmMemory);
    this.host.instrumentation?.started(plugin.module.path, instance.exports);
    this.#fuel = (instance.exports[FUEL] as WasmGlobal | undefined) ?? this.#fuel;
    const functions = Object.entries(instance.exports).filter(
      ([name, value]) => typeof value === "function" && (isAllocator(name) || this.allows(name, "env")),
    );
    this.#guest = Object.fromEntries(functions) as Record<string, GuestFunction>;
    this.#malloc = this.#guest.malloc ?? this.#guest.proxy_on_memory_allocate ?? this.#malloc;
    this.restriction = Restriction.Start;
    if (this.exports("_initialize")) {
      this.invoke(this.own, "_initialize");
      this.invoke(this.own, this.exports("main") ? "main" : "__main_void", 0, 0);
    } else this.invoke(this.own, "_start");
    this.restriction = Restriction.None;
    if (this.isFailed)
      throw new LoadError(
        `Failed to initialize Wasm code: ${this.host.traps.at(-1)?.error.message ?? "trap"}`,
      );
  }

  /**
   * Whether the module may call the host function `name` of `module`, or be called by that name. Only what the ABI
   * has with `proxy_` in front, and WASI, can be restricted (Envoy 1.40: allowed_capabilities).
   */
  allows(name: string, module: string): boolean {
    const { capabilities } = this;
    if (!capabilities || capabilities.size === 0) return true;
    return capabilities.has(name) || (module === "env" && !name.startsWith("proxy_"));
  }

  /** Whether the module exports a function of that name which the host may call. */
  exports(name: string): boolean {
    return this.#guest[name] !== undefined;
  }

  /** The context for which a host function works now (proxy_set_effective_context). */
  get active(): Context {
    return this.effective ?? this.current;
  }

  /**
   * Calls a function of the guest in `context`. A trap fails the VM.
   * @returns what the guest returned; 0 if it has no such function or trapped
   */
  invoke(context: Context, name: string, a = 0, b = 0, c = 0, d = 0, e = 0): number {
    const guest = this.#guest[name];
    if (guest === undefined) return 0;
    const { current, effective } = this;
    // A callback from inside of another one lives on what that one has left.
    if (current === this.own) this.#fuel.value = FUEL_OF_A_CALL;
    this.current = context;
    this.effective = undefined;
    try {
      return this.host.watcher ? this.#watched(context, name, guest, [a, b, c, d, e]) : guest(a, b, c, d, e);
    } catch (error) {
      this.#fail(context, name, error);
      return 0;
    } finally {
      this.current = current;
      this.effective = effective;
    }
  }

  #watched(context: Context, name: string, guest: GuestFunction, given: readonly number[]): number {
    const { watcher } = this.host;
    const args = given.slice(0, guest.length);
    const plugin = context.plugin?.name ?? "";
    const entry = { worker: this.worker, plugin, contextId: context.id, function: name, args };
    watcher?.hookBegins(entry);
    let result: CallResult = "trap";
    try {
      return (result = guest(...args));
    } finally {
      watcher?.hookEnds(entry, result);
    }
  }

  /** Calls a callback and then what host functions put off until its end. */
  callback(context: Context, name: string, a = 0, b = 0, c = 0, d = 0, e = 0): number {
    const result = this.invoke(context, name, a, b, c, d, e);
    this.iterationStopped = false;
    this.runDeferred();
    return result;
  }

  /** Whether a function of the guest is running. */
  get isInCallback(): boolean {
    return this.current !== this.own;
  }

  /** Puts `action` off until the running callback has returned. */
  defer(action: () => void): void {
    this.#deferred.push(action);
  }

  /** Runs what was put off. To be called when a callback has returned. */
  runDeferred(): void {
    while (this.#deferred.length > 0) this.#deferred.shift()?.();
  }

  /** Memory from the guest's allocator; 0 if it has none. */
  allocate(size: number): number {
    const { restriction } = this;
    this.restriction = Restriction.Allocator;
    const { current, effective } = this;
    this.current = this.own;
    this.effective = undefined;
    try {
      return this.#malloc(size);
    } catch (error) {
      this.#fail(this.own, "malloc", error);
      return 0;
    } finally {
      this.current = current;
      this.effective = effective;
      this.restriction = restriction;
    }
  }

  /** A new stream context below `root`, announced to the guest. */
  createStreamContext(root: Context, stream: HttpStream | TcpStream): Context {
    const context = new Context(this, this.#nextId++, root.plugin, root, stream);
    this.contexts.set(context.id, context);
    if (!this.isFailed) this.callback(context, "proxy_on_context_create", context.id, root.id);
    return context;
  }

  /** on_done and on_delete of a stream; Envoy 1.40 ignores what on_done of a stream returns. */
  endStreamContext(context: Context): void {
    context.forgetPhases();
    if (!this.isFailed) {
      this.callback(context, "proxy_on_done", context.id);
      this.callback(context, "proxy_on_delete", context.id);
    }
    this.contexts.delete(context.id);
  }

  /**
   * Root context of `plugin`: found, or made with on_vm_start and on_configure.
   * @returns the context, or why Envoy 1.40 does not take the plugin
   */
  startPlugin(plugin: Plugin, where: "base" | "thread-local"): Context | string {
    const known = this.#roots.get(plugin.key);
    if (known) {
      known.users++;
      return known.context;
    }
    const context = new Context(this, this.#nextId++, plugin);
    this.contexts.set(context.id, context);
    this.#roots.set(plugin.key, { context, users: 1 });
    this.callback(context, "proxy_on_context_create", context.id, 0);
    if (
      this.exports("proxy_on_vm_start") &&
      this.callback(context, "proxy_on_vm_start", context.id, this.configuration.length) === 0
    ) {
      return `Failed to start ${where} Wasm`;
    }
    if (this.isFailed || !this.exports("proxy_on_configure")) return context;
    context.configuration = plugin.configurationBody();
    const accepted =
      this.callback(context, "proxy_on_configure", context.id, plugin.configuration.length) !== 0;
    context.configuration = undefined;
    return accepted ? context : `Failed to configure ${where} Wasm plugin`;
  }

  /** Keeps the root of `plugin` for one more user. */
  retain(plugin: Plugin): void {
    const root = this.#roots.get(plugin.key);
    if (root) root.users++;
  }

  /** Ends one use of the root of `plugin`; the last one runs its on_done and on_delete. */
  release(plugin: Plugin): void {
    const root = this.#roots.get(plugin.key);
    if (!root || --root.users > 0) return;
    this.#roots.delete(plugin.key);
    const { context } = root;
    if (this.isFailed) return;
    const isDone =
      !this.exports("proxy_on_done") || this.callback(context, "proxy_on_done", context.id) !== 0;
    if (isDone) this.#delete(context);
    else this.#pendingDone.add(context);
  }

  /** Finishes the shutdown that on_done of a root had put off (proxy_done). @returns false if there is none */
  done(root: Context): boolean {
    if (!this.#pendingDone.delete(root)) return false;
    this.defer(() => this.#delete(root));
    return true;
  }

  /** Sets the tick of a root context; 0 ends it. */
  setTick(root: Context, milliseconds: number): void {
    root.tickPeriod = milliseconds;
    this.#ticks.get(root)?.cancel();
    if (milliseconds === 0) this.#ticks.delete(root);
    else this.#armTick(root);
  }

  /** Ends the VM without a word to the guest: the canary, and everything at the end of the host. */
  kill(): void {
    this.isKilled = true;
    for (const timer of this.#ticks.values()) timer.cancel();
    this.#ticks.clear();
    this.#cancelGrpc(() => true);
    this.#deferred = [];
  }

  /** on_done and on_delete of every root, then the end: what Envoy does when it shuts down. */
  shutdown(): void {
    for (const { context } of this.#roots.values()) {
      if (this.isFailed) break;
      if (!this.exports("proxy_on_done") || this.callback(context, "proxy_on_done", context.id) !== 0)
        this.#delete(context);
    }
    this.kill();
  }

  #cancelGrpc(isMeant: (exchange: GrpcExchange) => boolean): void {
    for (const [token, exchange] of this.grpc) {
      if (!isMeant(exchange)) continue;
      this.grpc.delete(token);
      exchange.cancel();
    }
  }

  #armTick(root: Context): void {
    const timer = this.host.clock.schedule(BigInt(root.tickPeriod) * 1_000_000n, () => {
      if (this.isFailed || this.isKilled || root.tickPeriod === 0) return;
      this.host.protect(() => this.callback(root, "proxy_on_tick", root.id));
      if (this.#ticks.get(root) === timer && root.tickPeriod > 0) this.#armTick(root);
    });
    this.#ticks.set(root, timer);
  }

  #delete(root: Context): void {
    this.callback(root, "proxy_on_delete", root.id);
    this.contexts.delete(root.id);
    this.#cancelGrpc((exchange) => exchange.root === root);
    this.#ticks.get(root)?.cancel();
    this.#ticks.delete(root);
  }

  #fail(context: Context, name: string, error: unknown): void {
    if (isHostError(error)) throw error;
    const trap = error as Error;
    if (trap.stack !== undefined) trap.stack = this.#symbolize(trap.stack);
    if (this.#fuel.value === 0) throw new GuestHangError(name, FUEL_OF_A_CALL, trap);
    this.host.traps.push({
      plugin: context.plugin?.name ?? "",
      worker: this.worker,
      function: name,
      error: trap,
    });
    if (this.isFailed) return;
    this.isFailed = true;
    this.onFail(this);
  }
}

function isAllocator(name: string): boolean {
  return name === "proxy_on_memory_allocate";
}

/** What Envoy gives a module that imports a memory or a table. */
function newStore({ kind, limits }: ImportedStore): WasmMemory | object {
  const { minimum: initial, maximum } = limits;
  if (kind === "memory")
    return new Wasm.Memory({ initial, maximum: Math.min(maximum ?? MAX_PAGES, MAX_PAGES) });
  return new Wasm.Table({ element: "anyfunc", initial, ...(maximum !== undefined && { maximum }) });
}
