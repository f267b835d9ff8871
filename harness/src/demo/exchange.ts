/** Requests through the demo's proxy, and all that can be seen of what became of them. */
import type { HeaderList, HttpResponse } from "../model/index.ts";
import { sendHttp } from "../http/index.ts";
import { headerValue } from "../model/headers.ts";
import type { Echo } from "./echo.ts";

/** A request of the tour. */
export interface DemoRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderList;
}

/** What was sent, what arrived behind the proxy, what came back. */
export interface Exchange {
  readonly response: HttpResponse;
  /** The request as it reached an upstream; null if a filter, or Envoy, answered. */
  readonly echo: Echo | null;
}

/** Equal requests in a row, and the traces they left. */
export interface Exchanges {
  readonly sent: DemoRequest;
  /** One for each request, in order. */
  readonly all: readonly Exchange[];
  readonly last: Exchange;
  /** By how much counters of the filters have grown, by their name without Envoy's prefix. */
  readonly counters: ReadonlyMap<string, number>;
}

/** What sending needs of a running proxy. */
export interface Proxy {
  readonly listenerPort: number;
  /** Counters of the filters as they stand. */
  counters(): Promise<ReadonlyMap<string, number>>;
}

const NO_BODY = new Uint8Array(0);

/**
 * Sends a request, or the same one several times without a pause, and collects its traces.
 *
 * @param times how often, at least 1
 */
export async function exchange(proxy: Proxy, sent: DemoRequest, times: number): Promise<Exchanges> {
  const before = await proxy.counters();
  let last = await send(proxy, sent);
  const all = [last];
  while (all.length < times) all.push((last = await send(proxy, sent)));
  const after = await proxy.counters();
  const grown = [...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const);
  return { sent, all, last, counters: new Map(grown.filter(([, by]) => by > 0)) };
}

async function send(proxy: Proxy, sent: DemoRequest): Promise<Exchange> {
  const response = await sendHttp(proxy.listenerPort, {
    ...sent,
    authority: "shop.example.test",
    body: NO_BODY,
  });
  return { response, echo: echoIn(response) };
}

function echoIn({ status, headers, body }: HttpResponse): Echo | null {
  if (status !== 200 || headerValue(headers, "content-type") !== "application/json") return null;
  return JSON.parse(Buffer.from(body).toString("utf8")) as Echo;
}
