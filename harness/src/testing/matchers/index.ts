/** Matchers for vitest's `expect`; importing this registers them. */
import { expect } from "vitest";
import { type CountedCalls, toMakeAtMost, toStayWithin } from "./budgets.ts";
import { toPause, toReply } from "./decisions.ts";
import { type LogFilter, toHaveLogged } from "./logs.ts";
import { toHaveHeader, toHaveStatus } from "./messages.ts";
import { type NeverTrapOptions, toNeverTrap } from "./never-trap.ts";

/** What `expect` can do besides. `R` is what vitest's own matchers return at that place. */
export interface SidecraftMatchers<R> {
  /** Of a response: its status is `status`. */
  toHaveStatus(status: number): R;
  /**
   * Of a response, or a request that reached an upstream: it has header `name`, with exactly this value, or one that the
   * expression finds something in. Repeated headers count as one, joined by ", ".
   */
  toHaveHeader(name: string, value?: string | RegExp): R;
  /** Of a host: since the test began, a filter logged a line with this in it. To be awaited. */
  toHaveLogged(text: string | RegExp, where?: LogFilter): Promise<void>;
  /**
   * Of a recording: a hook stopped the request or the response, without an answer of its own. With `hook`, such as
   * `"proxy_on_request_body"`, this hook.
   */
  toPause(hook?: string): R;
  /** Of a recording: a filter answered itself, whatever became of the answer. */
  toReply(status?: number): R;
  /** Of a recording: filters called host functions, or the named one, no more often than this. */
  toMakeAtMost(limit: number, counted: CountedCalls): R;
  /** Of a host: no VM has more pages of linear memory now; memory never shrinks. To be awaited. */
  toStayWithin(limits: { readonly pages: number }): Promise<void>;
  /** Of a host: no filter traps, and every request is answered, on mutations of good requests. To be awaited. */
  toNeverTrap(attack: NeverTrapOptions): Promise<void>;
}

declare module "vitest" {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars -- how vitest's interface is extended
  interface Matchers<R extends void | Promise<void>, T> extends SidecraftMatchers<R> {}
}

expect.extend({
  toHaveStatus,
  toHaveHeader,
  toHaveLogged,
  toPause,
  toReply,
  toMakeAtMost,
  toStayWithin,
  toNeverTrap,
});
