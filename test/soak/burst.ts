/** Many requests at once, over HTTP/2 (RFC 9113). */
import { once } from "node:events";
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import { digits } from "./exchange.ts";

/** As many as the harness's Envoy takes on one connection. */
const STREAMS_PER_CONNECTION = 100;

/** What one request got; null when it broke off. */
export type Outcome = { readonly headers: IncomingHttpHeaders; readonly body: string } | null;

/** Requests on their way. */
export interface Burst {
  readonly outcomes: Promise<readonly Outcome[]>;
  /** All clients leave. */
  vanish(): void;
}

/** Sends `count` requests to `path` with `headers`, numbered from 0. */
export async function sendBurst(
  port: number,
  count: number,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Burst> {
  const sessions: ClientHttp2Session[] = [];
  const outcomes: Promise<Outcome>[] = [];
  for (let n = 0; n < count; n++) {
    if (n % STREAMS_PER_CONNECTION === 0) {
      const session = connect(`http://127.0.0.1:${port}`);
      session.on("error", () => session.destroy());
      await once(session, "connect");
      sessions.push(session);
    }
    outcomes.push(
      send(sessions.at(-1) as ClientHttp2Session, path, { ...headers, "x-soak-number": digits(n) }),
    );
  }
  const vanish = (): void => {
    for (const session of sessions) session.destroy();
  };
  return { outcomes: Promise.all(outcomes).finally(vanish), vanish };
}

function send(
  session: ClientHttp2Session,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const stream = session
    .request({ ":path": path, ":authority": "soak.test", ...fields })
    .setEncoding("latin1");
  let headers: IncomingHttpHeaders | undefined;
  let body = "";
  let whole = false;
  stream.once("response", (received) => (headers = received));
  stream.on("data", (chunk) => (body += String(chunk)));
  stream.once("end", () => (whole = true));
  // "close" follows, and tells it.
  stream.once("error", () => undefined);
  return new Promise((resolve) => {
    stream.once("close", () => resolve(whole && headers ? { headers, body } : null));
  });
}
