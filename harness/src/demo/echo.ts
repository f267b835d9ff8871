/** A service that answers with what reached it. */
import { type HttpServer, serveHttp } from "../http/index.ts";
import { headerValue } from "../model/headers.ts";
import type { HttpRequest } from "../model/index.ts";

/** What it answers as JSON. */
export interface Echo {
  /** Name of the upstream. */
  readonly upstream: string;
  readonly method: string;
  readonly path: string;
  /** By name, repeated ones joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Starts it.
 *
 * @param name how it calls itself
 * @param host address to listen on
 * @param port 0 takes a free one
 */
export function serveEcho(name: string, host: string, port: number): Promise<HttpServer> {
  return serveHttp(
    (request) => {
      const body = Buffer.from(`${JSON.stringify(echo(name, request), null, 2)}\n`, "utf8");
      return { status: 200, headers: [["content-type", "application/json"]], body };
    },
    host,
    port,
  );
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
