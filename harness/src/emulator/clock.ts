import { parseDuration } from "../model/duration.ts";

/** A span of time: nanoseconds, or a number with a unit such as `"1.5s"` or `"200ms"`. */
export type Duration = bigint | string;

function nanoseconds(duration: Duration): bigint {
  return typeof duration === "bigint" ? duration : parseDuration(duration);
}

/** A machine that has been up for an hour. Not 0: Go's runtime takes that for an error. */
const UPTIME = 3_600_000_000_000n;

/** A timer that can be called off. */
export interface Timer {
  readonly due: bigint;
  cancel(): void;
}

interface Entry extends Timer {
  readonly order: number;
  readonly run: () => void;
}

/** Time that moves only when it is told to. Timers run in order of their due time, then of their creation. */
export class VirtualClock {
  readonly #start: bigint;
  readonly #check: () => void;
  readonly #timers = new Set<Entry>();
  #now: bigint;
  #order = 0;

  /** @param check called after each step, to throw what went wrong in it */
  constructor(start: bigint, check: () => void = () => {}) {
    this.#start = start;
    this.#now = start;
    this.#check = check;
  }

  /** Nanoseconds since the epoch. */
  now(): bigint {
    return this.#now;
  }

  /** Nanoseconds of a clock that nobody sets: since the machine started, which was before the host. */
  monotonic(): bigint {
    return this.#now - this.#start + UPTIME;
  }

  /** Calls `run` once when `delay` has passed. */
  schedule(delay: bigint, run: () => void): Timer {
    const timers = this.#timers;
    const entry: Entry = {
      due: this.#now + delay,
      order: this.#order++,
      run,
      cancel: () => void timers.delete(entry),
    };
    timers.add(entry);
    return entry;
  }

  /** Resolves when `duration` has passed on this clock; for cluster handlers that answer late. */
  sleep(duration: Duration): Promise<void> {
    return new Promise((resolve) => this.schedule(nanoseconds(duration), resolve));
  }

  /**
   * Moves time on by `duration` and runs what falls due, each at its own time. Between two timers,
   * answers that are ready are delivered.
   */
  async advance(duration: Duration): Promise<void> {
    const target = this.#now + nanoseconds(duration);
    await settle();
    for (let next = this.#next(target); next !== undefined; next = this.#next(target)) {
      this.#timers.delete(next);
      this.#now = next.due;
      next.run();
      await settle();
      this.#check();
    }
    this.#now = target;
    this.#check();
  }

  #next(target: bigint): Entry | undefined {
    let first: Entry | undefined;
    for (const timer of this.#timers) {
      if (timer.due > target) continue;
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}

/** Lets every promise that does not wait for the outside world come to its end. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
