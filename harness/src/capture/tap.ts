/** Reads what Envoy's HTTP tap filter writes (envoy.data.tap.v3.TraceWrapper as JSON). */
import type { HeaderList } from "../model/index.ts";
import { type CapturedMessage, CaptureError, type CapturedPair } from "./exchange.ts";
import { type Fields, isFields } from "./json-values.ts";

/** One trace of a tap. */
export interface TapTrace {
  readonly pair: CapturedPair;
  /** Written at the end of the request: its headers are as the last filter left them, wherever the tap stands. */
  readonly isBuffered: boolean;
}

const HTTP_BUFFERED = "http_buffered_trace";
const HTTP_SEGMENT = "http_streamed_trace_segment";

/** Whether objects of a file come from a tap. */
export function isTap(object: Fields): boolean {
  return Object.keys(object).some((name) => name.endsWith("_trace") || name.endsWith("_trace_segment"));
}

/**
 * The trace in the objects of one file.
 *
 * @throws CaptureError if they are no trace of an HTTP request
 */
export function readTap(objects: readonly Fields[], file: string): TapTrace {
  const buffered = objects[0]?.[HTTP_BUFFERED];
  if (isFields(buffered)) {
    const response = message(part(buffered["response"]), file);
    return {
      isBuffered: true,
      pair: {
        request: message(part(buffered["request"]), file),
        response: response.headers.length > 0 ? response : undefined,
      },
    };
  }
  const segments = objects.map((object) => {
    const segment = object[HTTP_SEGMENT];
    if (isFields(segment)) return segment;
    const [kind = "nothing"] = Object.keys(object);
    throw new CaptureError(`${file}: expected the trace of an HTTP request, found ${kind}`);
  });
  const request = streamed(segments, "request", file);
  const response = streamed(segments, "response", file);
  return {
    isBuffered: false,
    pair: { request, response: response.headers.length > 0 ? response : undefined },
  };
}

function streamed(segments: readonly Fields[], side: "request" | "response", file: string): CapturedMessage {
  const headers = segments.map((segment) => segment[`${side}_headers`]).find(isFields);
  const trailers = segments.map((segment) => segment[`${side}_trailers`]).find(isFields);
  const chunks = segments.map((segment) => segment[`${side}_body_chunk`]).filter(isFields);
  const bodies = chunks.map((chunk) => body(chunk, file));
  return {
    headers: fields(headers?.["headers"], file),
    body: Buffer.concat(bodies.map(({ bytes }) => bytes)),
    isCut: bodies.some(({ isCut }) => isCut),
    trailers: fields(trailers?.["headers"], file),
  };
}

function message({ headers, body: content, trailers }: Fields, file: string): CapturedMessage {
  const { bytes, isCut } = body(part(content), file);
  return { headers: fields(headers, file), body: bytes, isCut, trailers: fields(trailers, file) };
}

function part(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function body(content: Fields, file: string): { bytes: Buffer; isCut: boolean } {
  const { as_bytes: base64 = "", as_string: text, truncated = false } = content;
  if (typeof text === "string") return { bytes: Buffer.from(text), isCut: truncated === true };
  if (typeof base64 !== "string") throw new CaptureError(`${file}: as_bytes of a body is no text`);
  return { bytes: Buffer.from(base64, "base64"), isCut: truncated === true };
}

function fields(list: unknown, file: string): HeaderList {
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw new CaptureError(`${file}: headers are no list`);
  return list.map((entry: unknown): HeaderList[number] => {
    const { key, value = "", raw_value: raw = "" } = part(entry);
    if (typeof key !== "string" || typeof value !== "string" || typeof raw !== "string")
      throw new CaptureError(`${file}: a header is no pair of key and value`);
    const bytes = raw === "" ? Buffer.from(value) : Buffer.from(raw, "base64");
    return [key, bytes.toString("latin1")];
  });
}
