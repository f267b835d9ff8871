import type { TestHost } from "./host.ts";

/** What a suite says of the end of its tests. */
export interface EndOfTest {
  /** Traps do not fail a test; they do by default. */
  readonly mayTrap: boolean;
}

/** A started host, as the suite runner drives it. */
export interface RunningHost extends TestHost, AsyncDisposable {
  /** Called before every test: forgets the requests, answers and log lines of the one before. */
  beginTest(): void;
  /** Called after every test: ends its requests, and throws for what went wrong without the test seeing it. */
  endTest(end?: EndOfTest): Promise<void>;
}

/**
 * The host of a suite before it is started: it passes everything on, so that a suite's body can name `host`
 * while the tests are still being collected. Using it outside a test is an error.
 */
export class LateHost implements TestHost {
  /** The started host; set by the suite runner. */
  running: RunningHost | undefined;

  private get started(): RunningHost {
    if (!this.running) throw new Error("host: usable only inside a test of its suite");
    return this.running;
  }

  get kind(): TestHost["kind"] {
    return this.started.kind;
  }
  get fetch(): TestHost["fetch"] {
    return this.started.fetch;
  }
  get open(): TestHost["open"] {
    return this.started.open;
  }
  get upstream(): TestHost["upstream"] {
    return this.started.upstream;
  }
  get connect(): TestHost["connect"] {
    return this.started.connect;
  }
  get tcpUpstream(): TestHost["tcpUpstream"] {
    return this.started.tcpUpstream;
  }
  get clock(): TestHost["clock"] {
    return this.started.clock;
  }
  get logs(): TestHost["logs"] {
    return this.started.logs;
  }
  get metric(): TestHost["metric"] {
    return this.started.metric;
  }
  get histogram(): TestHost["histogram"] {
    return this.started.histogram;
  }
  get stats(): TestHost["stats"] {
    return this.started.stats;
  }
  get record(): TestHost["record"] {
    return this.started.record;
  }
  get settled(): TestHost["settled"] {
    return this.started.settled;
  }
  get traps(): TestHost["traps"] {
    return this.started.traps;
  }
  get memoryPages(): TestHost["memoryPages"] {
    return this.started.memoryPages;
  }
  get failNext(): TestHost["failNext"] {
    return this.started.failNext;
  }
  get updateFilter(): TestHost["updateFilter"] {
    return this.started.updateFilter;
  }
}
