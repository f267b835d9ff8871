import type { HeaderList, RouteSpec } from "../../model/index.ts";
import type { Timer } from "../clock.ts";
import type { Body } from "../headers/body.ts";
import type { HeaderMap } from "../headers/header-map.ts";
import { invalidField } from "../headers/validate.ts";
import type { Terminal } from "./direction.ts";
import { plainReply, upstreamFailure } from "./local-reply.ts";
import type { HttpStream } from "./stream.ts";
import { type ResetReason, type ResponseReceiver, UpstreamExchange } from "./upstream.ts";

const ROUTE_TIMEOUT_MS = 15_000;

/** The route for a request: the first whose prefix and headers match, as Envoy 1.40's router sees them. */
export function matchRoute(routes: readonly RouteSpec[], headers: HeaderMap): RouteSpec | undefined {
  const path = headers.get(":path");
  // Envoy finds no route either when it does not know the scheme.
  if (path === undefined || !headers.get("x-forwarded-proto")) return undefined;
  return routes.find(({ match }) => {
    if (!path.startsWith(match.prefix)) return false;
    return Object.entries(match.headers ?? {}).every(([name, value]) => headers.joined(name) === value);
  });
}

/** The end of the decode path: checks the request, passes it on to its cluster, brings back the response. */
export class Router implements Terminal {
  readonly #stream: HttpStream;
  #exchange: UpstreamExchange | undefined;
  #timeout: Timer | undefined;
  #timeoutMs = 0;
  /** Bytes of body that the request's head promises, and that have gone. */
  #announced: number | undefined;
  #sent = 0;
  readonly #response: ResponseReceiver = {
    head: (status, headers, length) => this.#stream.receiveHead(status, headers, length),
    metadata: (metadata) => this.#stream.receiveMetadata(metadata),
    data: (bytes, end) => this.#stream.receiveData(bytes, end),
    trailers: (trailers) => this.#stream.receiveTrailers(trailers),
    reset: (reason) => this.#reset(reason),
  };

  constructor(stream: HttpStream) {
    this.#stream = stream;
  }

  /** Whether the request went to a cluster. */
  get isForwarding(): boolean {
    return this.#exchange !== undefined;
  }

  headers(headers: HeaderMap, end: boolean): void {
    const stream = this.#stream;
    const route = stream.resolveRoute();
    if (!route) return stream.sendLocalReply(plainReply(404, "route_not_found"));
    const cluster = stream.host.cluster(route.cluster);
    if (!cluster) return stream.sendLocalReply(plainReply(503, "cluster_not_found"));
    const problem = headers.get(":method") ? invalidField(headers) : "missing required header: :method";
    if (problem !== undefined) {
      const details = `filter_removed_required_request_headers{${problem.replaceAll(" ", "_")}}`;
      return stream.sendLocalReply(plainReply(503, details, problem));
    }
    this.#timeoutMs = timeoutOf(headers);
    headers.replace("x-envoy-expected-rq-timeout-ms", String(this.#timeoutMs));
    headers.remove("x-envoy-upstream-rq-timeout-ms");
    const announced = headers.get("content-length");
    if (announced !== undefined) this.#announced = Number(announced);
    const head = {
      method: headers.get(":method") ?? "",
      path: headers.get(":path") ?? "",
      authority: headers.get(":authority") ?? "",
      headers: cluster.http2 ? headers.fields() : [...headers.fields(), ...framing(headers, end)],
    };
    this.#exchange = new UpstreamExchange(stream.host, cluster, head, this.#response);
    cluster.serve(this.#exchange);
    if (end) this.#end([]);
  }

  data(body: Body, end: boolean): void {
    const bytes = body.bytes();
    // What is more than announced is the beginning of another request for the server.
    const passed = bytes.subarray(0, (this.#announced ?? Infinity) - this.#sent);
    this.#sent += passed.length;
    if (passed.length > 0) this.#exchange?.requestData(passed);
    if (end) this.#end([]);
  }

  trailers(trailers: HeaderMap): void {
    this.#end(trailers.fields());
  }

  metadata(metadata: HeaderList): void {
    this.#exchange?.requestMetadata(metadata);
  }

  /** Forgets the upstream: its answer is not waited for any more. */
  cancel(): void {
    this.#timeout?.cancel();
    this.#exchange?.cancel();
  }

  #end(trailers: HeaderList): void {
    const stream = this.#stream;
    // The server waits for what was announced and does not come.
    if (this.#sent < (this.#announced ?? 0) && trailers.length === 0) return this.#timedOut();
    stream.upstreamStarted();
    if (this.#timeoutMs > 0) {
      const { host } = stream;
      this.#timeout = host.clock.schedule(BigInt(this.#timeoutMs) * 1_000_000n, () =>
        host.protect(() => this.#timedOut()),
      );
    }
    this.#exchange?.requestEnd(trailers);
  }

  #reset(reason: ResetReason): void {
    this.#stream.sendLocalReply(upstreamFailure(reason, this.#stream.hasResponse));
  }

  #timedOut(): void {
    this.#exchange?.cancel();
    this.#stream.sendLocalReply(plainReply(504, "response_timeout", "upstream request timeout"));
  }
}

/** The field that tells an HTTP/1.1 server where the body ends, as Envoy 1.40 adds it; none where there is one. */
function framing(headers: HeaderMap, end: boolean): HeaderList {
  if (headers.get("content-length") !== undefined) return [];
  if (!end) return [["transfer-encoding", "chunked"]];
  const isBodyUsual = !/^(GET|HEAD|DELETE|TRACE|CONNECT)$/.test(headers.get(":method") ?? "");
  return isBodyUsual ? [["content-length", "0"]] : [];
}

function timeoutOf(headers: HeaderMap): number {
  const given = headers.get("x-envoy-upstream-rq-timeout-ms");
  if (given !== undefined && /^\d+$/.test(given)) return Number(given);
  const known = headers.get("x-envoy-expected-rq-timeout-ms");
  return known === undefined ? ROUTE_TIMEOUT_MS : Number(known);
}
