import { headerValue } from "../model/headers.ts";
import type { GrpcHandler, GrpcServerCall } from "../model/grpc.ts";
import type { HeaderList } from "../model/index.ts";
import type { GrpcAnswer, GrpcUpstreamCall, HeadersInit } from "./host.ts";
import { bodyBytes, headerList } from "./messages.ts";

type Answer = GrpcAnswer | ((call: GrpcUpstreamCall) => void | Promise<void>);

/** A call that reached a double, on any host. */
class DoubleCall implements GrpcUpstreamCall {
  readonly path: string;
  readonly authority: string;
  readonly headers: HeaderList;
  readonly messages: Uint8Array[] = [];
  state: GrpcUpstreamCall["state"] = "open";
  readonly #call: GrpcServerCall;
  #waiting: (() => void)[] = [];

  constructor(call: GrpcServerCall) {
    this.path = call.path;
    this.authority = call.authority;
    this.headers = call.headers;
    this.#call = call;
    call.listen({
      message: (message) => this.#changed(() => this.messages.push(message)),
      end: () => this.#changed(() => (this.state = "ended")),
      cancel: () => this.#changed(() => (this.state = "cancelled")),
    });
  }

  header(name: string): string | null {
    return headerValue(this.headers, name);
  }

  texts(): string[] {
    return this.messages.map((message) => new TextDecoder().decode(message));
  }

  async received(count: number): Promise<void> {
    while (this.messages.length < count && this.state === "open") await this.#change();
    if (this.messages.length < count)
      throw new Error(`${this.path} was ${this.state} before message ${count}`);
  }

  async ended(): Promise<void> {
    while (this.state === "open") await this.#change();
  }

  async cancelled(): Promise<void> {
    while (this.state !== "cancelled") await this.#change();
  }

  sendMetadata(metadata: HeadersInit): void {
    this.#call.sendMetadata(headerList(metadata));
  }

  send(...messages: (string | Uint8Array)[]): void {
    this.#call.send(...messages.map(bodyBytes));
  }

  end({ status = 0, statusMessage = "", trailers }: GrpcAnswer = {}): void {
    this.#call.end(status, statusMessage, headerList(trailers));
  }

  refuse(httpStatus: number): void {
    this.#call.refuse(httpStatus);
  }

  reset(): void {
    this.#call.reset();
  }

  disconnect(): void {
    this.#call.disconnect();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #changed(change: () => void): void {
    change();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** The gRPC side of a double: the calls that reached it since the test began, and how they are answered. */
export class GrpcDouble {
  readonly #name: string;
  readonly #standard: Answer;
  #calls: DoubleCall[] = [];
  #answer: Answer;

  /** @param refuse is told of calls to which no test has set an answer; absent: they get the double's name */
  constructor(name: string, refuse: ((what: string) => void) | undefined) {
    this.#name = name;
    this.#standard = refuse
      ? (call) => {
          refuse(`gRPC call ${call.path}`);
          call.disconnect();
        }
      : {};
    this.#answer = this.#standard;
  }

  get calls(): readonly GrpcUpstreamCall[] {
    return this.#calls;
  }

  reply(answer: Answer): void {
    this.#answer = answer;
  }

  beginTest(): void {
    this.#calls = [];
    this.#answer = this.#standard;
  }

  readonly handle: GrpcHandler = (incoming) => {
    const call = new DoubleCall(incoming);
    this.#calls.push(call);
    const answer = this.#answer;
    const done = typeof answer === "function" ? answer(call) : this.#give(call, answer);
    // A double that fails breaks the call off, as one of HTTP does.
    void Promise.resolve(done).catch(() => call.reset());
  };

  /** A finished answer: to the whole request, its message only if it went well. */
  async #give(call: DoubleCall, answer: GrpcAnswer): Promise<void> {
    await call.ended();
    const isOk = (answer.status ?? 0) === 0;
    if (answer.metadata) call.sendMetadata(answer.metadata);
    if (isOk) call.send(answer.message ?? this.#name);
    call.end(answer);
  }
}
