import type { ResponseListener } from "../../model/exchange.ts";
import type { HeaderList } from "../../model/index.ts";
import type { Body } from "../headers/body.ts";
import type { HeaderMap } from "../headers/header-map.ts";
import type { Terminal } from "./direction.ts";
import { isBodiless } from "./intake.ts";
import { plainReply } from "./local-reply.ts";
import type { HttpStream } from "./stream.ts";

const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "transfer-encoding"];
const HTTP_DATE_CACHE = { second: -1n, text: "" };

/** The end of the encode path: puts the response on the wire as Envoy 1.40 does. */
export class Client implements Terminal {
  /** Whether the headers are on the wire, so that nothing can replace them. */
  isStarted = false;
  /** Number of body bytes sent. */
  bodyBytes = 0;
  readonly #stream: HttpStream;
  readonly #listener: Pick<ResponseListener, "head" | "metadata" | "data">;
  /** How many bytes the client reads as the body; infinite where the end is marked. */
  #announced = Infinity;

  constructor(stream: HttpStream, listener: Pick<ResponseListener, "head" | "metadata" | "data">) {
    this.#stream = stream;
    this.#listener = listener;
  }

  headers(headers: HeaderMap, end: boolean): void {
    const status = headers.get(":status");
    if (status === undefined || !/^\d+$/.test(status)) {
      const problem = "missing required header: :status";
      const details = `filter_removed_required_response_headers{${problem.replaceAll(" ", "_")}}`;
      return this.#stream.sendLocalReply(plainReply(502, details, problem));
    }
    this.isStarted = true;
    for (const name of HOP_BY_HOP) headers.remove(name);
    if (headers.get("date") === undefined) headers.add("date", httpDate(this.#stream.host.clock.now()));
    headers.replace("server", "envoy");
    this.#frame(headers, isBodiless(Number(status), this.#stream.isHead), end);
    this.#listener.head(Number(status), headers.fields());
    if (end) this.#stream.complete([]);
  }

  data(body: Body, end: boolean): void {
    const bytes = body.bytes();
    // The client reads as many bytes as announced: more are cut off, fewer leave it waiting.
    const passed = bytes.subarray(0, Math.max(0, this.#announced - this.bodyBytes));
    this.bodyBytes += bytes.length;
    if (passed.length > 0) this.#listener.data(passed);
    if (end) this.#end(undefined);
  }

  trailers(trailers: HeaderMap): void {
    this.#end(trailers);
  }

  metadata(metadata: HeaderList): void {
    this.#listener.metadata?.(metadata);
  }

  #frame(headers: HeaderMap, isBodiless: boolean, end: boolean): void {
    const { http, isHead } = this.#stream;
    const announced = headers.get("content-length");
    if (announced !== undefined && !isHead) this.#announced = Number(announced);
    if (announced !== undefined || isBodiless || http === 2) return;
    if (end) headers.add("content-length", "0");
    else headers.add("transfer-encoding", "chunked");
  }

  #end(trailers: HeaderMap | undefined): void {
    const isShort = this.#announced !== Infinity && this.bodyBytes < this.#announced;
    if (isShort && this.bodyBytes > 0) return this.#stream.reset("content_length_mismatch");
    this.#stream.complete(trailers?.fields() ?? []);
  }
}

function httpDate(now: bigint): string {
  const second = now / 1_000_000_000n;
  if (HTTP_DATE_CACHE.second !== second) {
    HTTP_DATE_CACHE.second = second;
    HTTP_DATE_CACHE.text = new Date(Number(second) * 1000).toUTCString();
  }
  return HTTP_DATE_CACHE.text;
}
