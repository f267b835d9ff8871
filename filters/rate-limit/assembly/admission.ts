import { Charge } from "./charge";
import { MAX_ATTEMPTS } from "./store";

/**
 * The decision about one request under several limits: it is charged to all of them or to none.
 *
 * All limits are read and decided first, then charged. When another worker was faster at one of them, that one is read
 * and decided anew, and what was charged already is taken back if it now stops the request. Until then another request
 * may find one place fewer than there is, never one more.
 */
@final
export class Admission {
  /** Whether the request passes. */
  readonly isAllowed: bool;
  /** How often another worker was faster. */
  readonly lostWrites: i32;

  /** Decides about a request to which `charges` apply, all of them read just now. */
  constructor(charges: Array<Charge>) {
    let lostWrites = 0;
    let isStopped = anyStops(charges);
    while (!isStopped && lostWrites < MAX_ATTEMPTS && !commitAll(charges)) {
      lostWrites++;
      for (let i = 0; i < charges.length; i++) if (!charges[i].isCharged) charges[i].retry();
      isStopped = anyStops(charges);
    }
    if (isStopped) takeBack(charges);
    for (let i = 0; i < charges.length; i++) {
      charges[i].heal();
      charges[i].release();
    }
    this.isAllowed = !isStopped;
    this.lostWrites = lostWrites;
  }

  /** Whether the request passes without having been charged everywhere: there was room, but too much contention. */
  get isUncounted(): bool {
    return this.isAllowed && this.lostWrites == MAX_ATTEMPTS;
  }
}

function anyStops(charges: Array<Charge>): bool {
  for (let i = 0; i < charges.length; i++) if (charges[i].stops) return true;
  return false;
}

function commitAll(charges: Array<Charge>): bool {
  for (let i = 0; i < charges.length; i++) if (charges[i].isDue && !charges[i].commit()) return false;
  return true;
}

function takeBack(charges: Array<Charge>): void {
  for (let i = 0; i < charges.length; i++) {
    const charge = charges[i];
    if (charge.isCharged) charge.undo();
    if (charge.verdict.isAllowed) charge.look();
  }
}
