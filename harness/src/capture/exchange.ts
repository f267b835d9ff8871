/** What was captured of requests, before it becomes tests. */
import type { HeaderList } from "../model/index.ts";

/** Files that cannot be read as captures; `message` says which and why. */
export class CaptureError extends Error {
  override readonly name = "CaptureError";
}

/** One message as Envoy's tap filter saw it: pseudo headers among the headers. */
export interface CapturedMessage {
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  /** The tap kept only the beginning of the body, or none of it. */
  readonly isCut: boolean;
  readonly trailers: HeaderList;
}

/** A request and its response at one place of the filter chain. */
export interface CapturedPair {
  readonly request: CapturedMessage;
  /** Missing when the client went before it came. */
  readonly response: CapturedMessage | undefined;
}

/** What is known of one request. */
export interface Exchange {
  /** Where it comes from, for people. */
  readonly source: string;
  /** As the client sent it and got it. */
  readonly client: CapturedPair;
  /** As the upstream got it and answered it; "none" if it was not asked. */
  readonly upstream: CapturedPair | "none";
  /** What a person should know who reads the test. */
  readonly remarks: readonly string[];
}
