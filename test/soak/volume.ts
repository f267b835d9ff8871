/** How much the tests of this folder send: all of it in CI, less on a laptop, where it should not take minutes. */

/** Whether this is CI, where nothing is shortened. */
export const FULL = !["", "0", "false", undefined].includes(process.env["CI"]);
/** Requests to each filter. */
export const REQUESTS = FULL ? 1_000_000 : 50_000;
/** How many of them come before memory is looked at for the first time: what happens to be live at once varies. */
export const WARM_UP = FULL ? REQUESTS / 10 : REQUESTS / 2;
