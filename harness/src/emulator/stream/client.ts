import type { HeaderList, HttpResponse } from "../../model/index.ts";
import { Body } from "../headers/body.ts";
import type { HeaderMap } from "../headers/header-map.ts";
import type { Terminal } from "./direction.ts";
import { plainReply } from "./local-reply.ts";
import type { HttpStream } from "./stream.ts";

const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "transfer-encoding"];
const HTTP_DATE_CACHE = { second: -1n, text: "" };

/** The end of the encode path: puts the response together as the client of Envoy 1.40 sees it. */
export class Client implements Terminal {
  /** Whether the headers are on the wire, so that nothing can replace them. */
  isStarted = false;
  readonly #stream: HttpStream;
  readonly #body = new Body();
  #headers: HeaderMap | undefined;
  #metadata: HeaderList | undefined;
  #bytes = 0;

  constructor(stream: HttpStream) {
    this.#stream = stream;
  }

  /** Number of body bytes sent. */
  get bodyBytes(): number {
    return this.#bytes;
  }

  headers(headers: HeaderMap, end: boolean): void {
    const status = headers.get(":status");
    if (status === undefined || !/^\d+$/.test(status)) {
      const problem = "missing required header: :status";
      const details = `filter_removed_required_response_headers{${problem.replaceAll(" ", "_")}}`;
      return this.#stream.sendLocalReply(plainReply(502, details, problem));
    }
    this.isStarted = true;
    this.#headers = headers;
    for (const name of HOP_BY_HOP) headers.remove(name);
    if (headers.get("date") === undefined) headers.add("date", httpDate(this.#stream.host.clock.now()));
    headers.replace("server", "envoy");
    const { isHead } = this.#stream;
    const isBodiless = isHead || Number(status) < 200 || status === "204" || status === "304";
    if (headers.get("content-length") === undefined && !isBodiless) {
      if (end) headers.add("content-length", "0");
      else headers.add("transfer-encoding", "chunked");
    }
    if (end) this.#end(undefined);
  }

  data(body: Body, end: boolean): void {
    this.#body.append(body.bytes());
    this.#bytes = this.#body.length;
    if (end) this.#end(undefined);
  }

  trailers(trailers: HeaderMap): void {
    this.#end(trailers);
  }

  metadata(metadata: HeaderList): void {
    this.#metadata = metadata;
  }

  /** What the client has got so far, if the headers are there. */
  partial(): HttpResponse | undefined {
    const headers = this.#headers;
    return headers && toResponse(headers, this.#body.bytes());
  }

  #end(trailers: HeaderMap | undefined): void {
    const headers = this.#headers as HeaderMap;
    let bytes = this.#body.bytes();
    const announced = headers.get("content-length");
    if (
      announced !== undefined &&
      bytes.length !== Number(announced) &&
      !this.#stream.isHead &&
      this.#bytes > 0
    ) {
      // The client reads as many bytes as announced: more are cut off, fewer leave it waiting.
      if (bytes.length < Number(announced)) return this.#stream.reset("content_length_mismatch");
      bytes = bytes.subarray(0, Number(announced));
    }
    const response = {
      ...toResponse(headers, bytes),
      ...(this.#metadata && { metadata: this.#metadata }),
    };
    this.#stream.complete(
      trailers && trailers.size > 0 ? { ...response, trailers: trailers.fields() } : response,
    );
  }
}

function toResponse(headers: HeaderMap, body: Buffer): HttpResponse {
  return { status: Number(headers.get(":status")), headers: headers.fields(), body };
}

function httpDate(now: bigint): string {
  const second = now / 1_000_000_000n;
  if (HTTP_DATE_CACHE.second !== second) {
    HTTP_DATE_CACHE.second = second;
    HTTP_DATE_CACHE.text = new Date(Number(second) * 1000).toUTCString();
  }
  return HTTP_DATE_CACHE.text;
}
