/** The services behind the demo's proxy. */
import type { HttpServer } from "../http/index.ts";
import { DEMO_UPSTREAMS } from "./chain.ts";
import { serveEcho } from "./echo.ts";

/** A running upstream. */
export interface DemoUpstream extends HttpServer {
  readonly name: string;
}

/** Starts the demo's upstreams on free ports of address `host`. */
export async function startUpstreams(host: string): Promise<readonly DemoUpstream[]> {
  return Promise.all(DEMO_UPSTREAMS.map(async (name) => ({ name, ...(await serveEcho(name, host, 0)) })));
}
