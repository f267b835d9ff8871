interface Queue {
  readonly messages: Uint8Array[];
  notify: () => void;
}

/** Shared queues (proxy-wasm spec 0.2.1): named per vm_id, one process-wide token each, from 1 on. */
export class SharedQueues {
  readonly #tokens = new Map<string, number>();
  readonly #queues = new Map<number, Queue>();

  /** Token of the queue, which is made if need be. As in Envoy 1.40 the last who registers gets notified. */
  register(vmId: string, name: string, notify: () => void): number {
    const key = `${vmId}\0${name}`;
    const known = this.#tokens.get(key);
    if (known !== undefined) {
      const queue = this.#queues.get(known);
      if (queue) queue.notify = notify;
      return known;
    }
    const token = this.#tokens.size + 1;
    this.#tokens.set(key, token);
    this.#queues.set(token, { messages: [], notify });
    return token;
  }

  /** Token of an existing queue, or undefined. */
  resolve(vmId: string, name: string): number | undefined {
    return this.#tokens.get(`${vmId}\0${name}`);
  }

  /** Appends a message and notifies the registrant. @returns false if there is no such queue */
  enqueue(token: number, message: Uint8Array): boolean {
    const queue = this.#queues.get(token);
    if (!queue) return false;
    queue.messages.push(message);
    queue.notify();
    return true;
  }

  /** Takes the oldest message: "empty" if there is none, undefined if there is no such queue. */
  dequeue(token: number): Uint8Array | "empty" | undefined {
    const queue = this.#queues.get(token);
    return queue && (queue.messages.shift() ?? "empty");
  }
}
