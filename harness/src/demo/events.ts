/** What a run of the demo reports while it goes on. Every event is plain data. */
import type { DownloadProgress, ResolveStep } from "../envoy/installation.ts";
import type { BuildEvent } from "../wasm/build.ts";
import type { CurlLine } from "./curl.ts";
import type { FilterAction } from "./evidence.ts";

/** A request of the tour and what became of it. */
export interface RequestReport {
  /** From 1. */
  readonly number: number;
  readonly title: string;
  /** Such as `GET /orders x-api-key: acme-demo-key`, long values cut. */
  readonly sent: string;
  /** How many equal requests in a row. */
  readonly times: number;
  readonly filters: readonly FilterAction[];
  /** Status of each request. */
  readonly status: readonly number[];
  /** Which upstream answered the last; null if none did. */
  readonly upstream: string | null;
  /** What is not as it should be; empty if all is. */
  readonly differences: readonly string[];
}

/** One step of the demo. */
export type DemoEvent =
  | ({ readonly step: "envoy" } & ResolveStep)
  | ({ readonly step: "download" } & DownloadProgress)
  | ({ readonly step: "build" } & BuildEvent)
  | { readonly step: "upstreams"; readonly ports: Readonly<Record<string, number>> }
  | { readonly step: "ready"; readonly url: string; readonly admin: string; readonly milliseconds: number }
  | ({ readonly step: "request" } & RequestReport)
  | { readonly step: "tour"; readonly passed: number; readonly failed: number; readonly milliseconds: number }
  | { readonly step: "up"; readonly url: string; readonly admin: string; readonly curl: readonly CurlLine[] };
