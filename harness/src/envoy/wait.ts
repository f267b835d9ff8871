/** Bounded waiting. */
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Looks again and again until there is a result.
 *
 * @param look returns undefined to be called again; what it throws ends the wait
 * @param limits how long to wait at most, and between looks, in milliseconds
 * @returns the result, or undefined when time is up
 */
export async function poll<T>(
  look: () => Promise<T | undefined> | T | undefined,
  limits: { readonly timeoutMs: number; readonly intervalMs: number },
): Promise<T | undefined> {
  const end = performance.now() + limits.timeoutMs;
  for (;;) {
    const result = await look();
    if (result !== undefined) return result;
    if (performance.now() >= end) return undefined;
    await sleep(limits.intervalMs);
  }
}
