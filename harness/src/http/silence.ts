/** How long a client waits for the next bytes, so that no test hangs, in milliseconds. */
export const SILENCE_MS = 15_000;

/** What it says then. */
export function silenceError(): Error {
  return new Error(`nothing came for ${SILENCE_MS / 1000} s`);
}
