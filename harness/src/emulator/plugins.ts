import type { UpdateResult } from "../model/index.ts";
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
}

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
    chain.push({ plugin, instances: [] });
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
      for (const { plugin, instances } of [...this.filters, ...this.networkFilters])
        instances.push(this.#instantiate(plugin, thread));
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
    for (const { vm } of before) vm?.release(old);
    this.#main.vms.get(old.vmKey)?.release(old);
    return { accepted: true };
  }

  /**
   * The instances of a chain for a new stream or connection on `worker`. A filter whose VM is dead is left out if its policy is open.
   * Each instance counts as used until {@link release}.
   */
  acquire(worker: number, filters: readonly Filter[]): FilterInstance[] {
    const chain: FilterInstance[] = [];
    for (const { plugin, instances } of filters) {
      const instance = instances[worker] as FilterInstance;
      const isDead = !instance.vm || !instance.root || instance.vm.isFailed;
      if (isDead && plugin.spec.failurePolicy === "open") continue;
      instance.vm?.retain(plugin);
      chain.push(instance);
    }
    return chain;
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
