/** What the host does with a stream after a hook. */
export enum Action {
  /** Hands what the hook saw to the next filter. */
  Continue = 0,
  /**
   * Holds it back: headers until `resumeRequest` or `resumeResponse` (no other hook of that direction runs
   * meanwhile), a body until a later body hook continues, with all of it readable there.
   */
  Pause = 1,
}
