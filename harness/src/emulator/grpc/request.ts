import type { Pair } from "../../abi/index.ts";
import { HeaderMap } from "../headers/header-map.ts";
import { INLINE_REQUEST } from "../headers/inline.ts";

/** What a call's request says of itself. */
export interface GrpcRequest {
  readonly authority: string;
  readonly service: string;
  readonly method: string;
  readonly metadata: readonly Pair[];
  /** Milliseconds; undefined for streams, which have none. */
  readonly timeout: number | undefined;
}

const MAX_TIMEOUT_DIGITS = 99_999_999;

/** The headers of a gRPC request as Envoy 1.40 sends them (Grpc::Common::prepareHeaders). */
export function grpcRequestHeaders(request: GrpcRequest): HeaderMap {
  const { timeout } = request;
  const headers = new HeaderMap(INLINE_REQUEST);
  headers.add(":method", "POST");
  headers.add(":path", `/${request.service}/${request.method}`);
  headers.add(":authority", request.authority);
  headers.add("te", "trailers");
  if (timeout !== undefined) headers.add("grpc-timeout", grpcTimeout(timeout));
  headers.add("content-type", "application/grpc");
  for (const [name, value] of request.metadata) headers.add(name, value);
  encodeBinary(headers);
  headers.replace("x-envoy-internal", "true");
  if (timeout) headers.replace("x-envoy-expected-rq-timeout-ms", String(timeout));
  return headers;
}

/** Of each name that ends in `-bin`, the first value as base64; Envoy 1.40 drops the others. */
function encodeBinary(headers: HeaderMap): void {
  for (const name of new Set(headers.entries.map(([name]) => name))) {
    if (!name.endsWith("-bin")) continue;
    const value = Buffer.from(headers.get(name) ?? "", "latin1").toString("base64");
    headers.remove(name);
    headers.add(name, value);
  }
}

/** At most eight digits and a unit (gRPC over HTTP/2, "Timeout"). */
function grpcTimeout(milliseconds: number): string {
  if (milliseconds <= MAX_TIMEOUT_DIGITS) return `${milliseconds}m`;
  return `${Math.floor(milliseconds / 1000)}S`;
}
