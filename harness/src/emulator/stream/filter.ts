import type { HeaderList } from "../../model/index.ts";
import type { Body } from "../headers/body.ts";
import type { HeaderMap } from "../headers/header-map.ts";
import type { Context } from "../vm/context.ts";
import type { Plugin } from "../vm/plugin.ts";
import type { Vm } from "../vm/vm.ts";

/** Why the iteration over the chain rests at a filter. */
export const Stop = { None: 0, Headers: 1, Data: 2, Trailers: 3, HeadersOnly: 4 } as const;

/** Where one direction of the stream stands at one filter. */
export class FlowState {
  stopped: number = Stop.None;
  /** Whether the end has been seen while stopped: by a last data event, or by headers without a body. */
  hasEnd = false;
  /** Body that waits here. */
  pending: Body | undefined;
  /** The last data hook returned StopIterationAndBuffer: the next one sees all of {@link pending}. */
  isBuffering = false;
  /** The headers have not gone on, but body and trailers are shown to the filter (StopIteration). */
  holdsHeaders = false;
  pendingTrailers: HeaderMap | undefined;
  /** Metadata that waits for the headers. */
  pendingMetadata: HeaderList | undefined;
  /** Headers said StopAllIterationAndBuffer: more than the limit is an error instead of back-pressure. */
  isLimited = false;

  /** Takes what waits here. */
  takePending(): Body | undefined {
    const { pending } = this;
    this.pending = undefined;
    this.isBuffering = false;
    return pending;
  }
}

/** What serves one filter of the chain on one worker; no root if Envoy refused the plugin there. */
export interface FilterInstance {
  readonly plugin: Plugin;
  readonly vm: Vm | undefined;
  readonly root: Context | undefined;
}

/** One filter of one stream. */
export class StreamFilter {
  readonly instance: FilterInstance;
  /** Envoy makes the context when it first calls the filter. */
  context: Context | undefined;
  readonly flows: readonly [FlowState, FlowState] = [new FlowState(), new FlowState()];
  hasFailed = false;

  constructor(instance: FilterInstance) {
    this.instance = instance;
  }
}
