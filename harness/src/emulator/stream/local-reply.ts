import type { Pair } from "../../abi/index.ts";
import { HeaderMap } from "../headers/header-map.ts";
import { INLINE_RESPONSE } from "../headers/inline.ts";
import type { ResetReason } from "./upstream.ts";

/** A response that Envoy makes itself. */
export interface LocalReply {
  readonly code: number;
  /** Response code details, without spaces. */
  readonly details: string;
  readonly body: Uint8Array;
  readonly headers: readonly Pair[];
  /** -1 or beyond 16: derived from the code. */
  readonly grpcStatus: number;
}

const MAX_GRPC_STATUS = 16;

/** A local reply with a text and nothing else. */
export function plainReply(code: number, details: string, body = ""): LocalReply {
  return { code, details, body: Buffer.from(body, "latin1"), headers: [], grpcStatus: -1 };
}

/** Whether a request counts as gRPC for a local reply (Envoy 1.40: application/grpc and application/grpc+x). */
export function isGrpcRequest(contentType: string | undefined): boolean {
  return contentType === "application/grpc" || contentType?.startsWith("application/grpc+") === true;
}

/**
 * Headers and body of a local reply as Envoy 1.40 makes them (Utility::prepareLocalReply): content-length and
 * text/plain with a body, neither of them without; for gRPC status 200 and the code in grpc-status.
 */
export function renderLocalReply(
  reply: LocalReply,
  isGrpc: boolean,
): { headers: HeaderMap; body: Uint8Array } {
  const headers = new HeaderMap(INLINE_RESPONSE);
  headers.add(":status", String(reply.code));
  for (const [name, value] of reply.headers) headers.add(name, value);
  if (isGrpc) {
    headers.replace(":status", "200");
    headers.replace("content-type", "application/grpc");
    if (!headers.get("grpc-status")) headers.replace("grpc-status", String(grpcStatus(reply)));
    if (reply.body.length > 0) headers.replace("grpc-message", percentEncode(reply.body));
    headers.remove("content-length");
    return { headers, body: new Uint8Array() };
  }
  if (reply.body.length > 0) {
    headers.replace("content-length", String(reply.body.length));
    if (headers.get("content-type") === undefined) headers.add("content-type", "text/plain");
  } else {
    headers.remove("content-length");
    headers.remove("content-type");
  }
  return { headers, body: reply.body };
}

/** What Envoy 1.40 answers when a cluster gives no response, or breaks it off while a filter holds its headers. */
export function upstreamFailure(reason: ResetReason, isStarted: boolean): LocalReply {
  const isRefused = reason === "remote connection failure";
  const transport = isRefused ? "|delayed_connect_error:_Connection_refused" : "";
  return plainReply(
    reason === "protocol error" ? 502 : 503,
    `upstream_reset_${isStarted ? "after" : "before"}_response_started{${reason.replaceAll(" ", "_")}${transport}}`,
    `upstream connect error or disconnect/reset before headers. reset reason: ${reason}`,
  );
}

function grpcStatus({ code, grpcStatus: given }: LocalReply): number {
  return given >= 0 && given <= MAX_GRPC_STATUS ? given : grpcStatusOf(code);
}

/** The gRPC status that stands for an HTTP status (Envoy 1.40: httpToGrpcStatus). */
export function grpcStatusOf(code: number): number {
  if (code === 400) return 13;
  if (code === 401) return 16;
  if (code === 403) return 7;
  if (code === 404) return 12;
  return code === 429 || (code >= 502 && code <= 504) ? 14 : 2;
}

/** Percent-encoding of grpc-message (gRPC over HTTP/2): everything but printable ASCII, and `%`. */
function percentEncode(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    text += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}
