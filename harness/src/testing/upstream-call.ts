import type { HttpServerCall } from "../model/exchange.ts";
import { headerValue } from "../model/headers.ts";
import type { HeaderList, HttpResponse } from "../model/index.ts";
import type { HeadersInit, UpstreamCall, UpstreamRequest } from "./host.ts";
import { Inbox } from "./inbox.ts";
import { bodyBytes, headerList, upstreamRequest } from "./messages.ts";

/** An exchange that reached a double, on any host. */
export class DoubleHttpCall implements UpstreamCall {
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly headers: HeaderList;
  state: UpstreamCall["state"] = "open";
  readonly #call: HttpServerCall;
  readonly #mark: readonly [string, string];
  readonly #body = new Inbox();
  #trailers: HeaderList = [];

  /** @param mark the field by which the client's end knows whose answer it has */
  constructor(call: HttpServerCall, mark: readonly [string, string]) {
    this.method = call.method;
    this.path = call.path;
    this.authority = call.authority;
    this.headers = call.headers;
    this.#call = call;
    this.#mark = mark;
    call.listen({
      data: (bytes) => this.#body.put(bytes),
      end: (trailers) => {
        this.state = "ended";
        this.#trailers = trailers;
        this.#body.close();
      },
      cancel: (error) => {
        this.state = "cancelled";
        this.#body.close(error);
        this.#body.wake();
      },
    });
  }

  /** The request as far as it has come. */
  get request(): UpstreamRequest {
    const { method, path, authority, headers } = this;
    const request = { method, path, authority, headers, body: this.#body.all };
    return upstreamRequest(this.#trailers.length > 0 ? { ...request, trailers: this.#trailers } : request);
  }

  /** Whether the request has come whole. */
  get isWhole(): boolean {
    return this.#body.isComplete;
  }

  header(name: string): string | null {
    return headerValue(this.headers, name);
  }

  async read(size: number): Promise<string> {
    return new TextDecoder().decode(await this.#body.take(size));
  }

  async ended(): Promise<UpstreamRequest> {
    await this.#body.complete();
    return this.request;
  }

  async cancelled(): Promise<void> {
    while (this.state !== "cancelled") await this.#body.change();
  }

  /** Answers with a whole response. */
  answer(response: HttpResponse): void {
    this.#call.answer({ ...response, headers: [...response.headers, this.#mark] });
  }

  start(status: number, headers?: HeadersInit): void {
    this.#call.start(status, [...headerList(headers), this.#mark]);
  }

  send(data: string | Uint8Array): void {
    this.#call.send(bodyBytes(data));
  }

  finish(trailers?: HeadersInit): void {
    this.#call.end(headerList(trailers));
  }

  reset(): void {
    this.#call.reset();
  }

  /** Breaks the connection off. */
  disconnect(): void {
    this.#call.disconnect();
  }
}
