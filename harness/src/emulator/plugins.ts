import type { UpdateResult } from "../model/index.ts";
import { HostCrashError } from "./errors.ts";
import type { Host } from "./host.ts";
import type { FilterInstance } from "./stream/filter.ts";
import { LoadError } from "./vm/module.ts";
import { Plugin } from "./vm/plugin.ts";
import { Vm } from "./vm/vm.ts";

/** The VMs of one thread by VM key. A VM that traps leaves it; whoever holds it sees that it failed. */
class Thread {
  readonly worker: number;
  readonly vms = new Map<string, Vm>();

  constructor(worker: number) {
    this.worker = worker;
  }
}

/** One filter of the chain: its plugin now, and what serves it on each worker. */
interface Filter {
  plugin: Plugin;
  /** Index: worker. */
  instances: FilterInstance[];
  /** When each of them was loaded, or that was last tried. */
  loadedAt: bigint[];
}

const RELOAD_EVENTS = ["vm_reload_backoff", "vm_reload_failure", "vm_reload_success"] as const;
type ReloadEvent = (typeof RELOAD_EVENTS)[number];
const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/**
 * Life of the VMs as in Envoy 1.40: per VM key one base VM that only gets initialized; for each new plugin
 * configuration a canary VM that runs on_vm_start and on_configure and is dropped; then the main thread and
 * every worker do the same in a VM that stays.
 */
export class PluginHost {
  /** The chain of HTTP filters. */
  readonly filters: Filter[] = [];
  /** The chain of network filters; they share VMs with the HTTP filters of the same key. */
  readonly networkFilters: Filter[] = [];
  readonly statSinks: FilterInstance[] = [];
  /** Counters of what became of reloads, by Envoy's names. */
  readonly stats = new Map<string, number>();
  readonly #host: Host;
  readonly #threads: readonly Thread[];
  readonly #bases = new Map<string, Vm>();
  readonly #canaries = new Map<string, string>();

  constructor(host: Host, workers: number) {
    this.#host = host;
    this.#threads = Array.from({ length: workers + 1 }, (_, index) => new Thread(index - 1));
  }

  /** Number of streams that may run side by side: one worker is one thread. */
  get workers(): number {
    return this.#threads.length - 1;
  }

  /**
   * Adds a filter to the end of a chain and starts it in the canary and on the main thread.
   * @returns why Envoy refuses it, or undefined
   */
  add(plugin: Plugin, chain: Filter[]): string | undefined {
    const reason = this.#check(plugin);
    if (reason !== undefined) return reason;
    this.#instantiate(plugin, this.#main);
    chain.push({ plugin, instances: [], loadedAt: [] });
    for (const event of RELOAD_EVENTS) this.#count(plugin, event, 0);
    return undefined;
  }

  /**
   * Starts a stat sink, which lives on the main thread only.
   * @returns why Envoy refuses it, or undefined
   */
  addStatSink(plugin: Plugin): string | undefined {
    const reason = this.#check(plugin);
    if (reason === undefined) this.statSinks.push(this.#instantiate(plugin, this.#main));
    return reason;
  }

  /** Starts the workers, each with all chains, after every filter has been added. */
  startWorkers(): void {
    for (const thread of this.#threads.slice(1)) {
      for (const { plugin, instances, loadedAt } of [...this.filters, ...this.networkFilters]) {
        instances.push(this.#instantiate(plugin, thread));
        loadedAt.push(this.#host.clock.now());
      }
    }
  }

  /** Gives a filter a new configuration: new roots in the same VMs; old ones go with their last stream. */
  update(filter: Filter, config: unknown): UpdateResult {
    const old = filter.plugin;
    const plugin = new Plugin(old.spec, old.module, config);
    if (plugin.key === old.key) return { accepted: true };
    const reason = this.#check(plugin);
    if (reason !== undefined) return { accepted: false, reason };
    const before = filter.instances;
    filter.plugin = plugin;
    filter.instances = this.#threads.map((thread) => this.#instantiate(plugin, thread)).slice(1);
    filter.loadedAt = filter.instances.map(() => this.#host.clock.now());
    for (const { vm } of before) vm?.release(old);
    this.#main.vms.get(old.vmKey)?.release(old);
    return { accepted: true };
  }

  /**
   * The instances of a chain for a new stream or connection on `worker`. A filter whose VM is dead is left out if its policy
   * is open, and may get a new VM if it is reload. Each instance counts as used until {@link release}.
   */
  acquire(worker: number, filters: readonly Filter[]): FilterInstance[] {
    const chain: FilterInstance[] = [];
    for (const filter of filters) {
      const { plugin, instances } = filter;
      const { failurePolicy } = plugin.spec;
      if (failurePolicy === "reload" && instances[worker]?.vm?.isFailed) this.#reload(filter, worker);
      const instance = instances[worker] as FilterInstance;
      const isDead = !instance.vm || !instance.root || instance.vm.isFailed;
      if (isDead && (failurePolicy === "open" || failurePolicy === "fail_open")) continue;
      instance.vm?.retain(plugin);
      chain.push(instance);
    }
    return chain;
  }

  /** Tries a new VM for a filter whose VM has trapped, unless the last try was too short ago (Envoy 1.40: FAIL_RELOAD). */
  #reload(filter: Filter, worker: number): void {
    const { plugin, instances, loadedAt } = filter;
    const jitter = plugin.reloadBackoff / 2n;
    if (jitter === 0n) throw new HostCrashError("the failure policy reload with a backoff below 2 ms");
    const wait = plugin.reloadBackoff + (BigInt(this.#host.random.next()) % jitter);
    const now = this.#host.clock.now();
    if ((now - (loadedAt[worker] ?? 0n)) / NANOSECONDS_PER_MILLISECOND < wait)
      return this.#count(plugin, "vm_reload_backoff");
    loadedAt[worker] = now;
    const loaded = this.#tryInstance(plugin, this.#threads[worker + 1] as Thread);
    if (loaded) instances[worker] = loaded;
    this.#count(plugin, loaded ? "vm_reload_success" : "vm_reload_failure");
  }

  #tryInstance(plugin: Plugin, thread: Thread): FilterInstance | undefined {
    try {
      const instance = this.#instantiate(plugin, thread);
      return instance.root && !instance.vm?.isFailed ? instance : undefined;
    } catch (error) {
      if (error instanceof LoadError) return undefined;
      throw error;
    }
  }

  #count(plugin: Plugin, event: ReloadEvent, by = 1): void {
    const name = `wasm.${plugin.name}.${event}`;
    this.stats.set(name, (this.stats.get(name) ?? 0) + by);
  }

  /** Ends the use of a chain. */
  release(chain: readonly FilterInstance[]): void {
    for (const { vm, plugin } of chain) vm?.release(plugin);
  }

  /** Bytes of linear memory of every VM that serves or ticks. */
  memorySizes(): number[] {
    return this.#threads.flatMap((thread) => [...thread.vms.values()].map((vm) => vm.memory.size));
  }

  /** Shuts every VM down, the main thread's last. */
  shutdown(): void {
    for (const thread of this.#threads.toReversed()) {
      for (const vm of thread.vms.values()) vm.shutdown();
    }
    for (const base of this.#bases.values()) base.kill();
  }

  get #main(): Thread {
    return this.#threads[0] as Thread;
  }

  /** Base VM and canary. @returns Envoy's reason to refuse the plugin, "" is remembered for an accepted one */
  #check(plugin: Plugin): string | undefined {
    try {
      if (!this.#bases.has(plugin.vmKey)) this.#bases.set(plugin.vmKey, this.#newVm(plugin, -1));
      const key = `${plugin.vmKey}${plugin.key}`;
      let verdict = this.#canaries.get(key);
      if (verdict === undefined) {
        const canary = this.#newVm(plugin, -1);
        const result = canary.startPlugin(plugin, "base");
        canary.kill();
        verdict = typeof result === "string" ? result : "";
        this.#canaries.set(key, verdict);
      }
      return verdict === "" ? undefined : verdict;
    } catch (error) {
      if (error instanceof LoadError) return error.message;
      throw error;
    }
  }

  #instantiate(plugin: Plugin, thread: Thread): FilterInstance {
    let vm = thread.vms.get(plugin.vmKey);
    if (!vm) {
      vm = this.#newVm(plugin, thread.worker);
      vm.onFail = () => void thread.vms.delete(plugin.vmKey);
      thread.vms.set(plugin.vmKey, vm);
    }
    const root = vm.startPlugin(plugin, "thread-local");
    return { plugin, vm, root: typeof root === "string" ? undefined : root };
  }

  #newVm(plugin: Plugin, worker: number): Vm {
    const vm = new Vm(this.#host, plugin, worker);
    vm.start(plugin);
    return vm;
  }
}
