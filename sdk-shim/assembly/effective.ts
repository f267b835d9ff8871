// On whose behalf the host is asked: usually the stream or plugin it called, another one while an answer is handled.

import * as env from "./abi/env";
import { Status } from "./abi/types";

/** 0: the one the host called. */
let effectiveId: u32 = 0;

/** The context that host functions work for now, 0 for the one the host called; for `restoreContext`. */
export function effectiveContext(): u32 {
  return effectiveId;
}

/** Has host functions work for context `id` until the callback ends; false when it is gone. */
export function actFor(id: u32): bool {
  if (env.proxy_set_effective_context(id) != Status.Ok) return false;
  effectiveId = id;
  return true;
}

/** Notes that the callback ends in which `actFor` was called, after which the host forgets it by itself. */
export function endActing(id: u32): void {
  effectiveId = id;
}

/** Has host functions work again for `id`, which `effectiveContext` returned. */
export function restoreContext(id: u32): void {
  env.proxy_set_effective_context(id);
  effectiveId = id;
}
