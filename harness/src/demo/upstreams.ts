/** The services behind the demo's proxy: each answers with what reached it. */
import type { Server } from "node:http";
import type { HttpRequest } from "../model/index.ts";
import { serveHttp } from "../testing/http.ts";
import { DEMO_UPSTREAMS } from "./chain.ts";
import { headerValue } from "./header-value.ts";

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
export interface DemoUpstream extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
}

/** Starts the demo's upstreams on free ports. */
export async function startUpstreams(): Promise<readonly DemoUpstream[]> {
  return Promise.all(DEMO_UPSTREAMS.map(startUpstream));
}

async function startUpstream(name: string): Promise<DemoUpstream> {
  const { server, port } = await serveHttp((request) => {
    const body = Buffer.from(`${JSON.stringify(echo(name, request), null, 2)}\n`, "utf8");
    return { status: 200, headers: [["content-type", "application/json"]], body };
  });
  return { name, port, [Symbol.asyncDispose]: () => close(server) };
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

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
