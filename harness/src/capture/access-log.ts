/** Reads an access log with one JSON object per line. */
import type { HeaderList } from "../model/index.ts";
import { type CapturedMessage, CaptureError, type Exchange } from "./exchange.ts";
import type { Fields } from "./json-values.ts";

/** Names that fields of a JSON log commonly have: Envoy's documentation, Istio, Envoy Gateway, Consul. */
const NAMES = {
  method: ["method", ":method", "request_method"],
  path: ["path", ":path", "x-envoy-origin-path", "request_path"],
  authority: ["authority", ":authority", "host"],
  status: ["response_code", "status", "code"],
  details: ["response_code_details"],
  upstream: ["upstream_host", "upstream_cluster"],
  agent: ["user_agent", "user-agent"],
} as const;

/**
 * What one line tells of a request: no headers but one, and no bodies.
 *
 * @throws CaptureError if it has no method, path and status under a name that is known
 */
export function readLogLine(line: Fields, source: string): Exchange {
  const get = (field: keyof typeof NAMES): string | undefined => {
    const value = NAMES[field]
      .map((name) => line[name])
      .find((found) => found !== undefined && found !== null);
    const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
    return text === "" || text === "-" ? undefined : text;
  };
  const required = (field: keyof typeof NAMES): string => {
    const value = get(field);
    if (value === undefined)
      throw new CaptureError(`${source}: no ${field}; it is looked for as ${NAMES[field].join(", ")}`);
    return value;
  };
  const status = required("status");
  if (!/^[1-5]\d\d$/.test(status)) throw new CaptureError(`${source}: ${status} is no status of a response`);
  const agent = get("agent");
  const request = message([
    [":method", required("method")],
    [":path", required("path")],
    [":authority", get("authority") ?? "example.test"],
    ...(agent === undefined ? [] : [["user-agent", agent] as const]),
  ]);
  const response = message([[":status", status]]);
  const details = get("details");
  const isAnswered = details === undefined ? get("upstream") !== undefined : details === "via_upstream";
  return {
    source,
    client: { request, response },
    upstream: isAnswered ? { request, response } : "none",
    remarks: ["from an access log: it has neither the other headers nor bodies"],
  };
}

function message(headers: HeaderList): CapturedMessage {
  return { headers, body: new Uint8Array(), isCut: true, trailers: [] };
}
