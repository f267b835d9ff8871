// What a filter under load tells about its memory.

import { Bytes, Gauge, Plugin } from "proxy-wasm-as-sdk";
// @ts-ignore: the SDK's heap, which its transform puts in the place of the runtime.
import { total as allocatedBytes } from "rt/tcms";

const TICK_MILLISECONDS: u32 = 50;

/** A gauge that is the sum over all VMs: each adds what has changed in it. */
class Sum {
  private readonly gauge: Gauge;
  private last: i64 = 0;

  constructor(name: string) {
    this.gauge = new Gauge(name);
  }

  set(value: i64): void {
    if (value == this.last) return;
    this.gauge.increment(value - this.last);
    this.last = value;
  }
}

/**
 * Publishes, over all VMs: the VMs in which something has happened since the last look (`soak_busy`), pages of linear
 * memory (`soak_pages`), and the bytes of live objects as of the last time that a VM was idle (`soak_live`).
 */
export abstract class WatchedPlugin extends Plugin {
  private busy: Sum | null = null;
  private pages: Sum | null = null;
  private live: Sum | null = null;
  private isOver: bool = false;
  private events: u32 = 0;
  private eventsAtTick: u32 = 0;

  configure(_config: Bytes): bool {
    this.busy = new Sum("soak_busy");
    this.pages = new Sum("soak_pages");
    this.live = new Sum("soak_live");
    this.setTickPeriod(TICK_MILLISECONDS);
    return true;
  }

  /** Something happens in a stream. */
  note(): void {
    this.events++;
    const busy = this.busy;
    if (busy && !this.isOver) busy.set(1);
  }

  /** What replaces this configuration counts the VM's memory from now on. */
  onDone(): bool {
    this.isOver = true;
    this.publish(0, 0, 0);
    return true;
  }

  onTick(): void {
    if (this.isOver) return;
    const isIdle = this.events == this.eventsAtTick;
    this.eventsAtTick = this.events;
    // Only when idle: under load the SDK's own collections are what is being tested.
    if (isIdle) __collect();
    this.publish(isIdle ? 0 : 1, memory.size(), isIdle ? <i64>allocatedBytes : -1);
  }

  /** `live` is -1 where it is not known. */
  private publish(isBusy: i64, pages: i64, live: i64): void {
    const busySum = this.busy;
    const pagesSum = this.pages;
    const liveSum = this.live;
    if (!busySum || !pagesSum || !liveSum) return;
    pagesSum.set(pages);
    if (live >= 0) liveSum.set(live);
    // Last: whoever reads that the VM is idle reads the rest of it too.
    busySum.set(isBusy);
  }
}
