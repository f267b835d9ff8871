import type { HeaderList } from "./index.ts";

/** What a server hears of a call. */
export interface GrpcListener {
  /** A message has arrived. */
  message(message: Uint8Array): void;
  /** The client will send no more. */
  end(): void;
  /** The client, or the network, has given the call up: nothing can be sent any more. */
  cancel(): void;
}

/** A gRPC call as its server sees it. What is sent after the end of the call is dropped. */
export interface GrpcServerCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly authority: string;
  /** Without pseudo headers; metadata whose name ends in `-bin` is base64 text. */
  readonly headers: HeaderList;
  /** Begins to hear of the call: at once of all that has happened already. To be called once. */
  listen(listener: GrpcListener): void;
  /** Sends the initial metadata, once. Without it the first message does so, with none. */
  sendMetadata(metadata: HeaderList): void;
  /** Sends messages, several in one piece of the stream. */
  send(...messages: Uint8Array[]): void;
  /** Ends the call with a status (0 to 16) and its message, which goes percent-encoded. */
  end(status: number, message: string, trailers: HeaderList): void;
  /** Answers with an HTTP status other than 200 and nothing else, as a proxy in between may. */
  refuse(httpStatus: number): void;
  /** Resets the call (HTTP/2 RST_STREAM with INTERNAL_ERROR). */
  reset(): void;
  /** Breaks the connection off. */
  disconnect(): void;
}

/** Serves gRPC calls. */
export type GrpcHandler = (call: GrpcServerCall) => void;
