/** The callbacks of the ABI that a probe can have a program for; the index is their number in programs and records. */
export const HOOKS = [
  "vmStart",
  "configure",
  "tick",
  "contextCreate",
  "requestHeaders",
  "requestBody",
  "requestTrailers",
  "responseHeaders",
  "responseBody",
  "responseTrailers",
  "log",
  "done",
  "delete",
  "callResponse",
  "queueReady",
  "foreignFunction",
  "grpcInitialMetadata",
  "grpcMessage",
  "grpcTrailingMetadata",
  "grpcClose",
] as const;
export type Hook = (typeof HOOKS)[number];

/** Those of one stream, in the order in which they come. */
export const STREAM_HOOKS: readonly Hook[] = HOOKS.slice(
  HOOKS.indexOf("requestHeaders"),
  HOOKS.indexOf("delete") + 1,
);

/** The number of `hook` in programs and records. */
export function hookNumber(hook: Hook): number {
  return HOOKS.indexOf(hook);
}
