/** The services behind the demo's proxy: each answers with what reached it. */
import type { HttpRequest } from "../model/index.ts";
import { type HttpServer, serveHttp } from "../http/index.ts";
import { DEMO_UPSTREAMS } from "./chain.ts";
import { headerValue } from "../model/headers.ts";

/** What an upstream answers as JSON. */
export interface Echo {
  /** Name of the upstream. */
  readonly upstream: string;
  readonly method: string;
  readonly path: string;
  /** By name, repeated ones joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
}

/** A running upstream. */
export interface DemoUpstream extends HttpServer {
  readonly name: string;
}

/** Starts the demo's upstreams on free ports of address `host`. */
export async function startUpstreams(host: string): Promise<readonly DemoUpstream[]> {
  return Promise.all(DEMO_UPSTREAMS.map((name) => startUpstream(name, host)));
}

async function startUpstream(name: string, host: string): Promise<DemoUpstream> {
  const server = await serveHttp((request) => {
    const body = Buffer.from(`${JSON.stringify(echo(name, request), null, 2)}\n`, "utf8");
    return { status: 200, headers: [["content-type", "application/json"]], body };
  }, host);
  return { name, ...server };
}

function echo(upstream: string, { method, path, headers }: HttpRequest): Echo {
  const names = new Set(headers.map(([name]) => name));
  return {
    upstream,
    method,
    path,
    headers: Object.fromEntries([...names].map((name) => [name, headerValue(headers, name) ?? ""])),
  };
}
