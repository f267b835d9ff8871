import type { BorderCall } from "../../model/calls.ts";
import type { FaultOptions } from "../host.ts";
import { checkFault } from "./names.ts";

interface Fault {
  readonly status: number;
  readonly when: (call: BorderCall) => boolean;
  after: number;
  left: number;
}

/** Faults that a test has set in the emulator. */
export class FaultPlan {
  readonly #named: readonly string[];
  readonly #faults = new Map<string, Fault>();

  /** @param named the functions that the suite names as `faults` */
  constructor(named: readonly string[]) {
    this.#named = named;
  }

  /** Sets a fault, in the place of one that the function has. */
  set(name: string, status: number, { times = 1, after = 0, when = () => true }: FaultOptions): void {
    checkFault(name, status, { times, after }, this.#named);
    this.#faults.set(name, { status, when, after, left: times });
  }

  /** The status with which a call fails; undefined if it is to be made. */
  readonly take = (call: BorderCall): number | undefined => {
    const fault = this.#faults.get(call.function);
    if (!fault || fault.left === 0 || !fault.when(call)) return undefined;
    if (fault.after-- > 0) return undefined;
    fault.left--;
    return fault.status;
  };

  /** Forgets all. @returns how often each was still to happen */
  clear(): ReadonlyMap<string, number> {
    const left = new Map([...this.#faults].map(([name, fault]) => [name, fault.left]));
    this.#faults.clear();
    return left;
  }
}

/** @throws Error if faults were set that did not happen: the test would show nothing */
export function expectNoneLeft(left: ReadonlyMap<string, number>): void {
  const missing = [...left].filter(([, count]) => count > 0);
  if (missing.length === 0) return;
  const words = missing.map(
    ([name, count]) => `${name} was to fail ${count} more time${count > 1 ? "s" : ""}`,
  );
  throw new Error(`${words.join("; ")}, but was not called`);
}
