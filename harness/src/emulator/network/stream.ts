import type { TcpSink } from "../../model/index.ts";
import type { Host } from "../host.ts";
import { FilterState } from "../properties/filter-state.ts";
import type { FilterInstance } from "../stream/filter.ts";
import type { Context } from "../vm/context.ts";
import { NetworkFilter, Peer } from "./filter.ts";
import { Intake } from "./intake.ts";

/** How a connection begins. */
export interface TcpStreamOptions {
  readonly host: Host;
  readonly filters: readonly FilterInstance[];
  readonly connectionId: number;
  /** Address and port, joined with a colon. */
  readonly sourceAddress: string;
  /** The client's end. */
  readonly client: TcpSink;
  /** Connects to the upstream: gets what receives its bytes, returns what sends to it. */
  readonly connect: (receiver: TcpSink) => TcpSink;
  /** Called once, when the filters have been told of the close. */
  readonly onEnd: () => void;
}

/** One connection on its way through network filters and Envoy 1.40's TCP proxy, whose ends close independently. */
export class TcpStream {
  readonly connectionId: number;
  readonly sourceAddress: string;
  readonly startTime: bigint;
  readonly filterState = new FilterState();
  readonly #options: TcpStreamOptions;
  readonly #filters: readonly NetworkFilter[];
  readonly #fromClient: Intake;
  readonly #fromUpstream: Intake;
  #upstream: TcpSink | undefined;
  #isConnected = false;
  #isOpen = true;
  #endedToClient = false;
  #endedToUpstream = false;

  constructor(options: TcpStreamOptions) {
    const { host } = options;
    this.#options = options;
    this.connectionId = options.connectionId;
    this.sourceAddress = options.sourceAddress;
    this.startTime = host.clock.now();
    this.#filters = options.filters.map((instance) => new NetworkFilter(instance, this));
    this.#fromClient = new Intake(host.bufferLimit);
    this.#fromUpstream = new Intake(host.bufferLimit);
  }

  /** Whether the TCP proxy has a connection to the upstream. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Tells the filters of the connection. */
  start(): void {
    this.#iterate(0);
  }

  /** What the client sends to. */
  readonly fromClient: TcpSink = this.#sink(
    () => this.#fromClient,
    () => this.#readClient(),
  );

  /** Goes on behind the filter of `context` (proxy_continue_stream), paused or not. */
  resume(context: Context): void {
    const index = this.#filters.findIndex((filter) => filter.context === context);
    if (index < 0) return;
    this.#iterate(index + 1);
    this.#readClient();
  }

  /** Closes both ends from here: what has been sent is delivered. */
  close(): void {
    if (!this.#isOpen) return;
    this.#finish(Peer.Local);
    if (!this.#endedToClient) this.#options.client.end();
    if (!this.#endedToUpstream) this.#upstream?.end();
  }

  /** Drops the connection without a word to the guest, because the emulation has failed. */
  abandon(): void {
    this.#isOpen = false;
    this.#options.client.reset();
    this.#upstream?.reset();
  }

  /** Envoy reads nothing from the client before there is an upstream: not even that the client is gone. */
  #readClient(): void {
    const intake = this.#fromClient;
    while (this.#isOpen && this.#isConnected && intake.isReading) {
      if (intake.hasReset) {
        this.#finish(Peer.Remote);
        this.#upstream?.reset();
        return;
      }
      if (!intake.read()) return;
      this.#iterate(0);
      if (this.#isOpen && intake.hasEnd && this.#endedToClient) {
        this.#finish(Peer.Remote);
        if (!this.#endedToUpstream) this.#upstream?.end();
      }
    }
  }

  #readUpstream(): void {
    const intake = this.#fromUpstream;
    while (this.#isOpen && intake.isReading) {
      if (intake.hasReset) {
        this.#finish(Peer.Local);
        this.#options.client.reset();
        return;
      }
      if (!intake.read()) return;
      this.#passToClient();
    }
  }

  /** Filters from number `from` on, then the TCP proxy. */
  #iterate(from: number): void {
    const { buffer, hasEnd } = this.#fromClient;
    for (const filter of this.#filters.slice(from)) {
      if (!this.#isOpen) return;
      if (!filter.isInitialized && !filter.initialize()) return;
      if (!this.#isOpen) return;
      const hasData = buffer.length > 0 || hasEnd;
      if (hasData && !filter.pass(0, buffer, hasEnd)) return;
    }
    if (!this.#isOpen) return;
    if (!this.#upstream) return this.#connect();
    if (buffer.length > 0) this.#upstream.write(this.#fromClient.drain());
    if (hasEnd && !this.#endedToUpstream) {
      this.#endedToUpstream = true;
      this.#upstream.end();
      this.#closeIfUpstreamIsDone();
    }
  }

  #connect(): void {
    this.#upstream = this.#options.connect(
      this.#sink(
        () => this.#fromUpstream,
        () => this.#readUpstream(),
      ),
    );
    this.#options.host.post(() => {
      this.#isConnected = true;
      this.#readClient();
    });
  }

  /** Bytes of the upstream pass the filters the other way round. Held back, they wait for more. */
  #passToClient(): void {
    const { buffer, hasEnd } = this.#fromUpstream;
    let goesOn = true;
    for (const filter of this.#filters.toReversed()) {
      goesOn = filter.pass(1, buffer, hasEnd) && this.#isOpen;
      if (!goesOn) break;
    }
    if (goesOn) {
      if (buffer.length > 0) this.#options.client.write(this.#fromUpstream.drain());
      if (hasEnd) this.#options.client.end();
      this.#endedToClient = hasEnd;
    }
    if (!this.#isOpen || !hasEnd) return;
    if (goesOn && this.#fromClient.hasEnd) this.close();
    else this.#closeIfUpstreamIsDone();
  }

  /** An upstream connection that has ended both ways is closed, and takes the client's with it. */
  #closeIfUpstreamIsDone(): void {
    if (this.#endedToUpstream && this.#fromUpstream.hasEnd) this.#options.host.post(() => this.close());
  }

  #finish(peer: number): void {
    this.#isOpen = false;
    for (const filter of this.#filters) filter.close(peer);
    this.#options.onEnd();
  }

  /** What comes from a socket is seen outside of any callback. */
  #sink(intake: () => Intake, read: () => void): TcpSink {
    const soon = (note: () => void): void => {
      this.#options.host.post(() => {
        note();
        read();
      });
    };
    return {
      write: (bytes) => soon(() => intake().receive(Buffer.from(bytes))),
      end: () => soon(() => intake().receiveEnd()),
      reset: () => soon(() => void (intake().hasReset = true)),
    };
  }
}
