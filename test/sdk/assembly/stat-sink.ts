// A stat sink that logs each statistic whose name begins with the plugin's configuration, or how many there are of each
// kind when that is empty.

import {
  Bytes,
  BytesBuilder,
  LogLevel,
  Plugin,
  StatKind,
  StatsUpdate,
  log,
  registerPlugin,
} from "proxy-wasm-as-sdk";

class StatSink extends Plugin {
  private prefix: Bytes = Bytes.EMPTY;

  configure(config: Bytes): bool {
    this.prefix = config;
    return true;
  }

  onStatsUpdate(stats: StatsUpdate): void {
    let counters = 0;
    let gauges = 0;
    while (stats.next()) {
      if (stats.kind == StatKind.Counter) counters++;
      else gauges++;
      if (this.prefix.length > 0 && stats.name.startsWith(this.prefix)) this.print(stats);
    }
    // It stays at the end.
    if (stats.next() || stats.name.length > 0) log(LogLevel.Error, "there is one more");
    const count = new BytesBuilder().appendDecimal(counters).append(" and ").appendDecimal(gauges);
    if (this.prefix.length == 0) log(LogLevel.Info, count.view());
  }

  private print(stats: StatsUpdate): void {
    const line = new BytesBuilder().append(stats.kind == StatKind.Counter ? "counter " : "gauge ");
    line
      .append(stats.name)
      .append(" ")
      .appendDecimal(<i64>stats.value);
    log(
      LogLevel.Info,
      line
        .append(" +")
        .appendDecimal(<i64>stats.delta)
        .view(),
    );
  }
}

registerPlugin(() => new StatSink());
