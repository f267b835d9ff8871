import * as env from "./abi/env";
import { addressOut, numberOut, sizeOut, takeReturned } from "./abi/memory";
import { Status } from "./abi/types";
import { Bytes } from "./bytes";
import { bytesOf } from "./text";

/**
 * A queue of messages that all workers share, first in, first out (proxy-wasm 0.2.1, shared queues). It belongs to a
 * `vm_id`; plugins with another one find it by `resolve`.
 *
 * The host tells one plugin of one worker that a message has come, the last that registered the queue. A queue
 * is held in the host's memory and has no limit: whoever feeds it with what clients send must set one.
 *
 * @example
 * ```ts
 * class AuditPlugin extends Plugin {
 *   private queue: SharedQueue | null = null;
 *
 *   configure(config: Bytes): bool {
 *     this.queue = SharedQueue.register("audit");
 *     return this.queue !== null;
 *   }
 *
 *   onQueueReady(queueId: u32): void {
 *     const queue = this.queue;
 *     if (!queue || queue.id != queueId) return;
 *     const message = queue.dequeue();
 *     if (message) log(LogLevel.Info, message);
 *   }
 * }
 * ```
 */
@final
export class SharedQueue {
  private constructor(
    /** The host's number for it, the same for all workers. */
    readonly id: u32,
  ) {}

  /**
   * The queue called `name`, a string or Bytes, of the plugin's own `vm_id`; made if need be. From then on this plugin
   * on this worker gets `onQueueReady`. Null when the host refuses.
   *
   * @example
   * ```ts
   * export function auditQueue(): SharedQueue | null {
   *   return SharedQueue.register("audit");
   * }
   * ```
   */
  static register<N>(name: N): SharedQueue | null {
    const text = bytesOf<N>(name);
    const status = env.proxy_register_shared_queue(text.ptr, text.length, numberOut);
    return status == Status.Ok ? new SharedQueue(load<u32>(numberOut)) : null;
  }

  /**
   * The queue called `name` of the plugins with that `vmId`, the own one when empty; null when nobody has registered it.
   *
   * @example
   * ```ts
   * class Reporting extends HttpFilter {
   *   onLog(): void {
   *     const queue = SharedQueue.resolve("", "audit");
   *     if (queue) queue.enqueue("a request is over");
   *   }
   * }
   * ```
   */
  static resolve<V, N>(vmId: V, name: N): SharedQueue | null {
    const owner = bytesOf<V>(vmId);
    const text = bytesOf<N>(name);
    const status = env.proxy_resolve_shared_queue(owner.ptr, owner.length, text.ptr, text.length, numberOut);
    return status == Status.Ok ? new SharedQueue(load<u32>(numberOut)) : null;
  }

  /** Appends `message`, a string or Bytes. NotFound when the queue's last VM is gone. */
  enqueue<T>(message: T): Status {
    const bytes = bytesOf<T>(message);
    return env.proxy_enqueue_shared_queue(this.id, bytes.ptr, bytes.length);
  }

  /** Takes the oldest message; null when there is none, empty when it is empty. */
  dequeue(): Bytes | null {
    const status = env.proxy_dequeue_shared_queue(this.id, addressOut, sizeOut);
    return status == Status.Ok ? takeReturned() : null;
  }
}
