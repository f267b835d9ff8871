import type { Pair } from "../abi/index.ts";
import type { HttpResponse } from "../model/index.ts";
import { HeaderMap } from "./headers/header-map.ts";
import { INLINE_REQUEST, INLINE_RESPONSE, INLINE_TRAILER } from "./headers/inline.ts";
import { upstreamFailure } from "./stream/local-reply.ts";
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
 * Starts an HTTP callout as Envoy 1.40 does. The answer goes to proxy_on_http_call_response of the root;
 * a time-out answers 504, a cluster that resets answers 503. It is dropped when the root is gone.
 * @returns its token (4, 8, ... in each VM), or undefined if the arguments are bad
 */
export function startCallout(vm: Vm, root: Context, call: Callout): number | undefined {
  const { host } = vm;
  const handler = host.cluster(call.cluster);
  if (call.timeout < 0 || handler === undefined) return undefined;
  const headers = new HeaderMap(INLINE_REQUEST);
  headers.assign(call.headers);
  const [method, path, authority] = [headers.get(":method"), headers.get(":path"), headers.get(":authority")];
  if (method === undefined || path === undefined || authority === undefined) return undefined;
  if (call.body.length > 0) headers.replace("content-length", String(call.body.length));
  headers.replace("x-envoy-internal", "true");
  if (call.timeout > 0) headers.replace("x-envoy-expected-rq-timeout-ms", String(call.timeout));
  const token = vm.nextCallToken;
  vm.nextCallToken += 4;
  const started = host.clock.now();
  let isOver = false;
  const answer = (response: HttpResponse, elapsed?: bigint): void => {
    if (isOver) return;
    isOver = true;
    timer?.cancel();
    host.protect(() => deliver(vm, root, token, toCallResponse(response, elapsed)));
  };
  const timer =
    call.timeout > 0
      ? host.clock.schedule(BigInt(call.timeout) * 1_000_000n, () =>
          answer(localAnswer(504, "upstream request timeout")),
        )
      : undefined;
  const request = { method, path, authority, headers: headers.fields(), body: call.body };
  host.post(() => {
    Promise.resolve()
      .then(() => handler(call.trailers.length > 0 ? { ...request, trailers: call.trailers } : request))
      .then(
        (response) => answer(response, host.clock.now() - started),
        (error: unknown) => answer(localAnswer(503, upstreamFailure(error).body)),
      );
  });
  return token;
}

function deliver(vm: Vm, root: Context, token: number, response: CallResponse): void {
  if (vm.isFailed || vm.isKilled || vm.contexts.get(root.id) !== root) return;
  root.callResponse = response;
  const { headers, body, trailers } = response;
  // What the guest put off must not see the answer any more, but may need it gone only after the callback.
  vm.invoke(
    root,
    "proxy_on_http_call_response",
    root.id,
    token,
    headers.size,
    body.length,
    trailers?.size ?? 0,
  );
  root.callResponse = undefined;
  vm.iterationStopped = false;
  vm.runDeferred();
}

function localAnswer(status: number, body: string): HttpResponse {
  const headers: Pair[] = [["content-length", String(body.length)]];
  headers.push(["content-type", "text/plain"]);
  return { status, headers, body: Buffer.from(body) };
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
