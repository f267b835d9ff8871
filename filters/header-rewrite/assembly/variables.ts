// Where placeholders get their values from: host calls.

import { Bytes, currentTimeNanoseconds, getProperty, propertyPath, sourceAddress } from "proxy-wasm-as-sdk";
import { HeaderEdits } from "./edits";
import { formatTime } from "./formats";
import { Part, Source, Variables } from "./template";

const ROUTE_NAME = propertyPath(["xds", "route_name"]);

/** Values known in either direction. Each is asked for once: it cannot change within a callback. */
abstract class StreamVariables extends Variables {
  private routeName: Bytes | null = null;
  private address: Bytes | null = null;
  private time: Bytes | null = null;

  /** Value of a header placeholder; null when there is none. */
  abstract header(part: Part): Bytes | null;

  get(part: Part): Bytes | null {
    switch (part.source) {
      case Source.RouteName:
        return this.getRouteName();
      case Source.SourceAddress:
        return this.getSourceAddress();
      case Source.Time:
        return this.getTime();
      default:
        return this.header(part);
    }
  }

  private getRouteName(): Bytes | null {
    if (!this.routeName) this.routeName = notEmpty(getProperty(ROUTE_NAME));
    return this.routeName;
  }

  private getSourceAddress(): Bytes | null {
    if (!this.address) this.address = notEmpty(sourceAddress());
    return this.address;
  }

  private getTime(): Bytes | null {
    if (!this.time) {
      const now = currentTimeNanoseconds();
      if (now > 0) this.time = formatTime(now);
    }
    return this.time;
  }
}

/** An unnamed route and a connection without address are absent, not empty. */
function notEmpty(value: Bytes | null): Bytes | null {
  return value && value.length > 0 ? value : null;
}

/** What request rules can use. */
@final
export class RequestVariables extends StreamVariables {
  constructor(private readonly edits: HeaderEdits) {
    super();
  }

  header(part: Part): Bytes | null {
    return part.source == Source.RequestHeader ? this.edits.combined(part.text) : null;
  }
}

/** What response rules can use: of the request only what was kept. */
@final
export class ResponseVariables extends StreamVariables {
  constructor(
    private readonly edits: HeaderEdits,
    private readonly kept: Array<Bytes | null>,
  ) {
    super();
  }

  header(part: Part): Bytes | null {
    if (part.source == Source.ResponseHeader) return this.edits.combined(part.text);
    const slot = part.slot;
    return <u32>slot < <u32>this.kept.length ? this.kept[slot] : null;
  }
}
