import type { TcpSink } from "../model/index.ts";
import type { TcpConnection, TcpUpstreamDouble } from "./host.ts";
import { TcpPeer } from "./tcp-peer.ts";

/** Stands in for the TCP service behind a proxy on any host. */
export class TcpUpstream implements TcpUpstreamDouble {
  #isEcho = false;
  #accepted: TcpPeer[] = [];
  #waiting: ((peer: TcpPeer) => void)[] = [];
  connections = 0;

  readonly accept = async (): Promise<TcpConnection> => {
    const peer = this.#accepted.shift();
    return peer ?? new Promise<TcpPeer>((resolve) => this.#waiting.push(resolve));
  };

  readonly echo = (): void => {
    this.#isEcho = true;
  };

  /** Forgets the connections of the test before. */
  beginTest(): void {
    this.#isEcho = false;
    this.#accepted = [];
    this.#waiting = [];
    this.connections = 0;
  }

  /** Takes a connection: `sender` sends to the proxy, the result gets what comes from there. */
  readonly handle = (sender: TcpSink): TcpSink => {
    this.connections++;
    if (this.#isEcho) return sender;
    const peer = new TcpPeer(sender);
    const waiting = this.#waiting.shift();
    if (waiting) waiting(peer);
    else this.#accepted.push(peer);
    return peer;
  };
}
