import type { Pair } from "../abi/index.ts";
import { joined } from "../model/exchange.ts";
import type { HeaderList, HttpResponse } from "../model/index.ts";
import type { Timer } from "./clock.ts";
import { HeaderMap } from "./headers/header-map.ts";
import { INLINE_REQUEST, INLINE_RESPONSE, INLINE_TRAILER } from "./headers/inline.ts";
import type { Host } from "./host.ts";
import { isBodiless } from "./stream/intake.ts";
import { type LocalReply, plainReply, upstreamFailure } from "./stream/local-reply.ts";
import { type ResetReason, type ResponseReceiver, UpstreamExchange } from "./stream/upstream.ts";
import type { CallResponse, Context } from "./vm/context.ts";
import type { Vm } from "./vm/vm.ts";

/** A callout as the guest asks for it. */
export interface Callout {
  readonly cluster: string;
  readonly headers: readonly Pair[];
  readonly body: Uint8Array;
  readonly trailers: readonly Pair[];
  /** Milliseconds; 0: none. */
  readonly timeout: number;
}

/**
 * Starts an HTTP callout as Envoy 1.40 does. The answer goes to proxy_on_http_call_response of the root: 504 after a
 * time-out, 503 for a cluster that gives none, nothing at all for one that breaks off in the middle. It is dropped
 * when the root is gone.
 * @returns its token (4, 8, ... in each VM), or undefined if the arguments are bad
 */
export function startCallout(vm: Vm, root: Context, call: Callout): number | undefined {
  const { host } = vm;
  const cluster = host.cluster(call.cluster);
  if (call.timeout < 0 || cluster === undefined) return undefined;
  const headers = new HeaderMap(INLINE_REQUEST);
  headers.assign(call.headers);
  const [method, path, authority] = [headers.get(":method"), headers.get(":path"), headers.get(":authority")];
  if (method === undefined || path === undefined || authority === undefined) return undefined;
  if (call.body.length > 0) headers.replace("content-length", String(call.body.length));
  headers.replace("x-envoy-internal", "true");
  if (call.timeout > 0) headers.replace("x-envoy-expected-rq-timeout-ms", String(call.timeout));
  const token = vm.nextCallToken;
  vm.nextCallToken += 4;
  const answer = new CalloutAnswer(host, (response) => deliver(vm, root, token, response));
  const request = { method, path, authority, headers: headers.fields() };
  const exchange = new UpstreamExchange(host, cluster, request, answer);
  answer.begin(exchange, call.timeout);
  host.post(() => {
    cluster.serve(exchange);
    if (call.body.length > 0) exchange.requestData(call.body);
    exchange.requestEnd(call.trailers);
  });
  return token;
}

/** Collects the answer of a callout and hands it over once. */
class CalloutAnswer implements ResponseReceiver {
  readonly #host: Host;
  readonly #deliver: (response: CallResponse | undefined) => void;
  readonly #started: bigint;
  readonly #pieces: Uint8Array[] = [];
  #head: Pick<HttpResponse, "status" | "headers"> | undefined;
  #exchange: UpstreamExchange | undefined;
  #timer: Timer | undefined;

  constructor(host: Host, deliver: (response: CallResponse | undefined) => void) {
    this.#host = host;
    this.#deliver = deliver;
    this.#started = host.clock.now();
  }

  /** @param timeout milliseconds; 0: none */
  begin(exchange: UpstreamExchange, timeout: number): void {
    this.#exchange = exchange;
    if (timeout === 0) return;
    this.#timer = this.#host.clock.schedule(BigInt(timeout) * 1_000_000n, () =>
      this.#host.protect(() => this.#fail(plainReply(504, "response_timeout", "upstream request timeout"))),
    );
  }

  head(status: number, headers: HeaderList, length: number | undefined): void {
    this.#head = { status, headers };
    if (length === 0 || isBodiless(status, this.#exchange?.method === "HEAD")) this.#complete([]);
  }

  data(bytes: Uint8Array, end: boolean): void {
    this.#pieces.push(bytes);
    if (end) this.#complete([]);
  }

  trailers(trailers: HeaderList): void {
    this.#complete(trailers);
  }

  reset(reason: ResetReason): void {
    this.#fail(upstreamFailure(reason, false));
  }

  #complete(trailers: HeaderList): void {
    const head = this.#head as Pick<HttpResponse, "status" | "headers">;
    const response = { ...head, body: joined(this.#pieces), ...(trailers.length > 0 && { trailers }) };
    this.#finish(toCallResponse(response, this.#host.clock.now() - this.#started));
  }

  /** Envoy answers for the cluster, unless it has begun to answer itself. */
  #fail({ code, body }: LocalReply): void {
    const headers: Pair[] = [["content-length", String(body.length)]];
    headers.push(["content-type", "text/plain"]);
    this.#finish(this.#head ? undefined : toCallResponse({ status: code, headers, body }, undefined));
  }

  #finish(response: CallResponse | undefined): void {
    this.#timer?.cancel();
    this.#exchange?.cancel();
    this.#deliver(response);
  }
}

function deliver(vm: Vm, root: Context, token: number, response: CallResponse | undefined): void {
  if (vm.isFailed || vm.isKilled || vm.contexts.get(root.id) !== root) return;
  root.callResponse = response;
  // What the guest put off must not see the answer any more, but may need it gone only after the callback.
  vm.invoke(
    root,
    "proxy_on_http_call_response",
    root.id,
    token,
    response?.headers.size ?? 0,
    response?.body.length ?? 0,
    response?.trailers?.size ?? 0,
  );
  root.callResponse = undefined;
  vm.iterationStopped = false;
  vm.runDeferred();
}

/** @param elapsed how long the upstream took; undefined for what Envoy answers itself */
function toCallResponse(response: HttpResponse, elapsed: bigint | undefined): CallResponse {
  const headers = new HeaderMap(INLINE_RESPONSE);
  headers.add(":status", String(response.status));
  for (const [name, value] of response.headers) headers.add(name, value);
  if (response.body.length > 0 && !response.trailers && headers.get("transfer-encoding") === undefined) {
    headers.replace("content-length", String(response.body.length));
  }
  if (elapsed !== undefined) headers.add("x-envoy-upstream-service-time", String(elapsed / 1_000_000n));
  if (!response.trailers) return { headers, body: response.body, trailers: undefined };
  const trailers = new HeaderMap(INLINE_TRAILER);
  trailers.assign(response.trailers);
  return { headers, body: response.body, trailers };
}
