import type { Body } from "../headers/body.ts";
import type { FilterInstance } from "../stream/filter.ts";
import type { Context } from "../vm/context.ts";
import type { TcpStream } from "./stream.ts";

/** Who closed a connection (proxy-wasm spec 0.2.1, proxy_peer_type_t). */
export const Peer = { Unknown: 0, Local: 1, Remote: 2 } as const;

/** One network filter of one connection. Each hook says whether the iteration goes on behind it. */
export class NetworkFilter {
  isInitialized = false;
  /** Envoy makes the context when the filter hears of the connection. */
  context: Context | undefined;
  readonly #instance: FilterInstance;
  readonly #stream: TcpStream;

  constructor(instance: FilterInstance, stream: TcpStream) {
    this.#instance = instance;
    this.#stream = stream;
  }

  /** The connection has come. A VM that is dead closes it. */
  initialize(): boolean {
    this.isInitialized = true;
    const { vm, root } = this.#instance;
    if (!vm || !root || vm.isFailed) return this.#fail();
    this.context = vm.createStreamContext(root, this.#stream);
    return this.#call(this.context, "proxy_on_new_connection");
  }

  /**
   * Bytes pass: those of the client (0) or of the upstream (1).
   *
   * @param data shown to the filter until it lets it go; held back, Envoy leaves the pointer where it is
   */
  pass(direction: 0 | 1, data: Body, end: boolean): boolean {
    const { context } = this;
    if (!context) return true;
    context.connectionData[direction] = data;
    context.endOfStream = end;
    const name = direction === 0 ? "proxy_on_downstream_data" : "proxy_on_upstream_data";
    const goesOn = this.#call(context, name, data.length, end ? 1 : 0);
    if (goesOn) context.connectionData[direction] = undefined;
    if (direction === 1 && end) this.#tell("proxy_on_upstream_connection_close", Peer.Unknown);
    return goesOn;
  }

  /** The connection is closed: on_done, on_log, on_delete in this order, other than for HTTP (Envoy 1.40). */
  close(peer: number): void {
    const { context } = this;
    if (!context) return;
    this.#tell("proxy_on_downstream_connection_close", peer);
    for (const name of ["proxy_on_done", "proxy_on_log", "proxy_on_delete"]) this.#tell(name);
    const { vm } = context;
    // The number lives until Envoy frees the connection, soon after.
    vm.host.post(() => vm.contexts.delete(context.id));
    this.context = undefined;
  }

  #tell(name: string, argument = 0): void {
    const { context } = this;
    if (context && !context.vm.isFailed) context.vm.callback(context, name, context.id, argument);
  }

  #call(context: Context, name: string, size = 0, end = 0): boolean {
    const { vm } = context;
    if (vm.isFailed) return this.#fail();
    if (!vm.exports(name)) return true;
    const action = vm.callback(context, name, context.id, size, end);
    return vm.isFailed ? this.#fail() : action === 0;
  }

  #fail(): false {
    this.#stream.close();
    return false;
  }
}
