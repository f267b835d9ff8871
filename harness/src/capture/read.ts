import { basename } from "node:path";
import { headerValue } from "../model/headers.ts";
import { readLogLine } from "./access-log.ts";
import { CaptureError, type Exchange } from "./exchange.ts";
import { jsonObjects } from "./json-values.ts";
import { isTap, readTap, type TapTrace } from "./tap.ts";

/** A file with captures. */
export interface CaptureFile {
  readonly path: string;
  readonly text: string;
}

/** Where a tap stood in the chain of filters, as the name of its files says: `upstream_1234.json`. */
const PLACE = /^(?<place>client|upstream)(?=[_.-])/;
/** `file_per_tap` adds the number of the stream: taps of the same request have the same. */
const STREAM = /_(?<id>\d+)\.json$/;
const SERVICE_TIME = "x-envoy-upstream-service-time";

/**
 * What files of a tap, or an access log in JSON, tell of requests, in the order of the files. Two taps of one request are
 * put together.
 *
 * @throws CaptureError if a file is neither, or two taps stood at the same place
 */
export function readCaptures(files: readonly CaptureFile[]): Exchange[] {
  const exchanges: Exchange[] = [];
  const clients = new Map<string, [file: string, trace: TapTrace]>();
  const upstreams = new Map<string, TapTrace>();
  for (const { path, text } of files) {
    const objects = jsonObjects(text, path);
    const [first] = objects;
    if (!first) throw new CaptureError(`${path}: there is nothing in it`);
    if (!isTap(first)) {
      exchanges.push(...objects.map((line, index) => readLogLine(line, `${path}:${index + 1}`)));
      continue;
    }
    const file = basename(path);
    const id = STREAM.exec(file)?.groups?.["id"] ?? path;
    const isUpstream = PLACE.exec(file)?.groups?.["place"] === "upstream";
    const trace = readTap(objects, path);
    if (isUpstream ? upstreams.has(id) : clients.has(id))
      throw new CaptureError(
        `${path}: another file is of the same request, too; call the files client_<number>.json and upstream_<number>.json`,
      );
    if (isUpstream) upstreams.set(id, trace);
    else if (trace.pair.request.headers.length > 0) clients.set(id, [path, trace]);
    else throw new CaptureError(`${path}: the headers of the request are missing`);
  }
  const orphans = [...upstreams.keys()].filter((id) => !clients.has(id));
  if (orphans.length > 0)
    throw new CaptureError(
      `of ${orphans.length === 1 ? "request" : "requests"} ${orphans.join(", ")} there is only what was seen before the upstream; give the client_... files too`,
    );
  const isTappedTwice = upstreams.size > 0;
  for (const [id, [path, trace]] of clients)
    exchanges.push(
      tapExchange(basename(path), trace, isTappedTwice ? (upstreams.get(id) ?? "none") : undefined),
    );
  return exchanges;
}

function tapExchange(
  source: string,
  { pair, isBuffered }: TapTrace,
  upstream: TapTrace | "none" | undefined,
): Exchange {
  const remarks: string[] = [];
  if (isBuffered)
    remarks.push(
      "the tap was not `streaming`: the headers of the request are as the filters left them, not as they came",
    );
  if (upstream !== undefined) {
    // Answers of filters pass a tap behind them, too: it has seen a response and no request.
    const isAsked = upstream !== "none" && upstream.pair.request.headers.length > 0;
    return { source, client: pair, upstream: isAsked ? upstream.pair : "none", remarks };
  }
  const isAnswered = pair.response !== undefined && headerValue(pair.response.headers, SERVICE_TIME) !== null;
  remarks.push("there was no tap before the upstream: its answer is taken from what the client got");
  return { source, client: pair, upstream: isAnswered ? pair : "none", remarks };
}
