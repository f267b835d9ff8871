/**
 * What the host does with a stream after a hook.
 *
 * @example
 * ```ts
 * class SizeFilter extends HttpFilter {
 *   onResponseBody(size: i32, endOfStream: bool): Action {
 *     if (!endOfStream) return Action.Pause; // the host keeps what has come so far
 *     log(LogLevel.Info, "a body of " + decimalText(size) + " bytes");
 *     return Action.Continue;
 *   }
 * }
 * ```
 */
export enum Action {
  /** Hands what the hook saw to the next filter. */
  Continue = 0,
  /**
   * Holds it back: headers until `resumeRequest` or `resumeResponse` (no other hook of that direction runs
   * meanwhile), a body until a later body hook continues, with all of it readable there.
   */
  Pause = 1,
}
