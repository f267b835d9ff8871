// Logs as an access logger does, and ticks: what a module can be in Envoy besides a filter.

import {
  Bytes,
  HttpFilter,
  LogLevel,
  Plugin,
  getProperty,
  log,
  propertyPath,
  registerPlugin,
} from "proxy-wasm-as-sdk";

const CODE = propertyPath(["response", "code_details"]);

class LoggedFilter extends HttpFilter {
  onLog(): void {
    log(LogLevel.Info, "a filter logs");
  }
}

class AccessLogPlugin extends Plugin {
  configure(config: Bytes): bool {
    this.setTickPeriod(10);
    return true;
  }

  createFilter(): HttpFilter {
    return new LoggedFilter();
  }

  onTick(): void {
    this.setTickPeriod(0);
    log(LogLevel.Info, "ticked");
  }

  onLog(): void {
    const fields = [
      this.requestHeaders.get(":path"),
      this.responseHeaders.get(":status"),
      this.responseTrailers.get("x-t-sum"),
      getProperty(CODE),
    ];
    let text = "logged";
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i];
      text += " " + (field ? field.toString() : "absent");
    }
    log(LogLevel.Info, text);
  }
}

registerPlugin(() => new AccessLogPlugin());
