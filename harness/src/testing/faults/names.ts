import { ALLOWED_DURING_START, ENV_IMPORTS, Status } from "../../abi/index.ts";
import { nearest } from "../../model/nearest.ts";

/** Host functions that a test can make fail: those of the ABI with a status, but for what a module calls at its start. */
export const FAILABLE: readonly string[] = [...ENV_IMPORTS]
  .filter(([name, { signature }]) => signature.endsWith(":i") && !ALLOWED_DURING_START.has(name))
  .map(([name]) => name);

/** @throws RangeError for a name that is none of {@link FAILABLE} */
export function checkFailable(name: string): void {
  if (FAILABLE.includes(name)) return;
  if (ENV_IMPORTS.has(name))
    throw new RangeError(`${name} cannot be made to fail: modules call it when they start`);
  const meant = nearest(name, FAILABLE);
  throw new RangeError(
    `the ABI has no function ${JSON.stringify(name)}${meant === undefined ? "" : `; did you mean ${meant}?`}`,
  );
}

/**
 * What is checked before a fault is set.
 *
 * @param named the functions that the suite names as `faults`
 * @throws RangeError for a name that the suite does not have, a status that is none or means success, a count below 1
 */
export function checkFault(
  name: string,
  status: number,
  { times, after }: { readonly times: number; readonly after: number },
  named: readonly string[],
): void {
  checkFailable(name);
  if (!named.includes(name))
    throw new RangeError(`${name} is not among the suite's faults; add faults: ["${name}"] to its options`);
  if (status === Status.Ok || !Object.values<number>(Status).includes(status))
    throw new RangeError(`a host function does not fail with status ${status}`);
  if (!Number.isInteger(times) || times < 1 || times > MOST)
    throw new RangeError(`times must be 1 to ${MOST}, not ${times}`);
  if (!Number.isInteger(after) || after < 0 || after > MOST)
    throw new RangeError(`after must be 0 to ${MOST}, not ${after}`);
}

const MOST = 65_535;
