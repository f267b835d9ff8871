import type { GrpcListener, GrpcServerCall } from "../../model/grpc.ts";
import type { HeaderList } from "../../model/index.ts";
import type { HeaderMap } from "../headers/header-map.ts";

/** What the server does to a call. */
export interface GrpcServerActions {
  metadata(metadata: HeaderList): void;
  message(message: Uint8Array): void;
  end(status: number, message: string, trailers: HeaderList): void;
  refuse(httpStatus: number): void;
  fail(reason: "remote reset" | "connection termination"): void;
}

/** A call as the handler of a cluster has it. Everything arrives later, and in order, on either side. */
export class ServerCall implements GrpcServerCall {
  readonly path: string;
  readonly authority: string;
  readonly headers: HeaderList;
  readonly #post: (task: () => void) => void;
  readonly #actions: GrpcServerActions;
  #past: (keyof GrpcListener | Uint8Array)[] = [];
  #listener: GrpcListener | undefined;
  #hasMetadata = false;
  #isOver = false;

  constructor(headers: HeaderMap, post: (task: () => void) => void, actions: GrpcServerActions) {
    this.path = headers.get(":path") ?? "";
    this.authority = headers.get(":authority") ?? "";
    this.headers = headers.fields();
    this.#post = post;
    this.#actions = actions;
  }

  listen(listener: GrpcListener): void {
    this.#listener = listener;
    const past = this.#past;
    this.#past = [];
    for (const event of past) this.hear(event);
  }

  /** Tells the server what the client did: a message, or that it has ended or cancelled. */
  hear(event: keyof GrpcListener | Uint8Array): void {
    const listener = this.#listener;
    if (event === "cancel") this.#isOver = true;
    if (!listener) this.#past.push(event);
    else if (typeof event !== "string") listener.message(event);
    else if (event === "end") listener.end();
    else listener.cancel();
  }

  sendMetadata(metadata: HeaderList): void {
    if (this.#isOver || this.#hasMetadata) return;
    this.#hasMetadata = true;
    this.#post(() => this.#actions.metadata(metadata));
  }

  send(...messages: Uint8Array[]): void {
    if (this.#isOver) return;
    this.sendMetadata([]);
    for (const message of messages) this.#post(() => this.#actions.message(message));
  }

  end(status: number, message: string, trailers: HeaderList): void {
    this.#finish(() => this.#actions.end(status, encodeURIComponent(message), trailers));
  }

  refuse(httpStatus: number): void {
    this.#finish(() => this.#actions.refuse(httpStatus));
  }

  reset(): void {
    this.#finish(() => this.#actions.fail("remote reset"));
  }

  disconnect(): void {
    this.#finish(() => this.#actions.fail("connection termination"));
  }

  #finish(action: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#post(action);
  }
}
