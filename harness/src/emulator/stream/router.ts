import type { HeaderList, HttpRequest, HttpResponse, RouteSpec } from "../../model/index.ts";
import type { Timer } from "../clock.ts";
import { Body } from "../headers/body.ts";
import type { HeaderMap } from "../headers/header-map.ts";
import { invalidField } from "../headers/validate.ts";
import type { Terminal } from "./direction.ts";
import { plainReply, upstreamFailure } from "./local-reply.ts";
import type { HttpStream } from "./stream.ts";

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

/** The end of the decode path: checks the request, hands it to its cluster, brings back the response. */
export class Router implements Terminal {
  readonly #stream: HttpStream;
  #body = new Body();
  #headers: HeaderMap | undefined;
  #metadata: HeaderList | undefined;
  #timeout: Timer | undefined;

  constructor(stream: HttpStream) {
    this.#stream = stream;
  }

  headers(headers: HeaderMap, end: boolean): void {
    const stream = this.#stream;
    const route = stream.resolveRoute();
    if (!route) return stream.sendLocalReply(plainReply(404, "route_not_found"));
    if (!stream.host.cluster(route.cluster))
      return stream.sendLocalReply(plainReply(503, "cluster_not_found"));
    const problem = headers.get(":method") ? invalidField(headers) : "missing required header: :method";
    if (problem !== undefined) {
      const details = `filter_removed_required_request_headers{${problem.replaceAll(" ", "_")}}`;
      return stream.sendLocalReply(plainReply(503, details, problem));
    }
    headers.replace("x-envoy-expected-rq-timeout-ms", String(timeoutOf(headers)));
    this.#headers = headers;
    if (end) this.#send(undefined);
  }

  data(body: Body, end: boolean): void {
    if (this.#body.length === 0) this.#body = body;
    else this.#body.append(body.bytes());
    if (end) this.#send(undefined);
  }

  trailers(trailers: HeaderMap): void {
    this.#send(trailers);
  }

  metadata(metadata: HeaderList): void {
    this.#metadata = metadata;
  }

  /** Forgets the upstream: its answer is not waited for any more. */
  cancel(): void {
    this.#timeout?.cancel();
  }

  #send(trailers: HeaderMap | undefined): void {
    const stream = this.#stream;
    const headers = this.#headers;
    const handler = stream.route && stream.host.cluster(stream.route.cluster);
    if (!headers || !handler) return;
    const request = this.#request(headers, trailers);
    if (request === undefined) return this.#timedOut();
    stream.upstreamStarted();
    let answer: HttpResponse | Promise<HttpResponse>;
    try {
      answer = handler(request);
    } catch (error) {
      return this.#failed(error);
    }
    if (!(answer instanceof Promise)) return stream.receiveResponse(answer);
    const timeout = timeoutOf(headers);
    const { host } = stream;
    if (timeout > 0) {
      this.#timeout = host.clock.schedule(BigInt(timeout) * 1_000_000n, () =>
        host.protect(() => this.#timedOut()),
      );
    }
    answer.then(
      (response) => host.protect(() => this.#finish(() => stream.receiveResponse(response))),
      (error: unknown) => host.protect(() => this.#finish(() => this.#failed(error))),
    );
  }

  #finish(next: () => void): void {
    this.#timeout?.cancel();
    if (!this.#stream.hasResponse) next();
  }

  #failed(error: unknown): void {
    const { body, details } = upstreamFailure(error);
    this.#stream.sendLocalReply(plainReply(503, details, body));
  }

  #timedOut(): void {
    if (this.#stream.hasResponse) return;
    this.#stream.sendLocalReply(plainReply(504, "response_timeout", "upstream request timeout"));
  }

  /** The request on the wire; undefined if it would promise more body than it has, for which the upstream waits. */
  #request(headers: HeaderMap, trailers: HeaderMap | undefined): HttpRequest | undefined {
    let body: Uint8Array = this.#body.bytes();
    const announced = headers.get("content-length");
    if (announced !== undefined && trailers === undefined) {
      if (Number(announced) > body.length) return undefined;
      body = body.subarray(0, Number(announced));
    }
    headers.remove("x-envoy-upstream-rq-timeout-ms");
    const request = {
      method: headers.get(":method") ?? "",
      path: headers.get(":path") ?? "",
      authority: headers.get(":authority") ?? "",
      headers: headers.fields(),
      body,
      ...(this.#metadata && { metadata: this.#metadata }),
    };
    return trailers && trailers.size > 0 ? { ...request, trailers: trailers.fields() } : request;
  }
}

function timeoutOf(headers: HeaderMap): number {
  const given = headers.get("x-envoy-upstream-rq-timeout-ms");
  if (given !== undefined && /^\d+$/.test(given)) return Number(given);
  const known = headers.get("x-envoy-expected-rq-timeout-ms");
  return known === undefined ? ROUTE_TIMEOUT_MS : Number(known);
}
