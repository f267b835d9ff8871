// The job of job.ts as far as @solo-io/proxy-runtime goes: it cannot write bodies, shares no data, and does not read its
// configuration.

export * from "@solo-io/proxy-runtime/proxy";
import {
  BaseContext,
  Context,
  Counter,
  FilterHeadersStatusValues,
  GrpcStatusValues,
  HeaderPair,
  log,
  LogLevelValues,
  registerRootContext,
  RootContext,
  send_local_response,
  stream_context,
} from "@solo-io/proxy-runtime";
import {
  BufferTypeValues,
  get_buffer_bytes,
  set_tick_period_milliseconds,
} from "@solo-io/proxy-runtime/runtime";

function pair(name: string, value: string): HeaderPair {
  return new HeaderPair(String.UTF8.encode(name), String.UTF8.encode(value));
}

class Plugin extends RootContext {
  ticks: Counter | null = null;

  onConfigure(_size: u32): bool {
    this.ticks = new Counter("job_ticks");
    set_tick_period_milliseconds(100);
    return true;
  }

  onTick(): void {
    const ticks = this.ticks;
    if (ticks) ticks.increment(1);
  }

  createContext(id: u32): Context {
    return new Filter(id, this);
  }
}

class Filter extends Context {
  onRequestHeaders(_count: u32, _end: bool): FilterHeadersStatusValues {
    const headers = stream_context.headers.request;
    const user = headers.get("x-user");
    if (user == "") {
      const body = String.UTF8.encode("who are you?");
      send_local_response(401, "", body, [pair("x-refused", "job")], GrpcStatusValues.Unauthenticated);
      return FilterHeadersStatusValues.StopIteration;
    }
    headers.replace("x-greeting", "hello, " + user);
    headers.remove("x-secret");
    if (headers.get("x-ask") == "") return FilterHeadersStatusValues.Continue;
    const call = [pair(":method", "POST"), pair(":path", "/ask"), pair(":authority", "answers")];
    const body = String.UTF8.encode(user);
    this.root_context.httpCall(
      "answers",
      call,
      body,
      [],
      5000,
      this,
      (origin: BaseContext, _count: u32, size: usize, _trailers: u32) => {
        const status = stream_context.headers.http_callback.get(":status");
        const body = String.UTF8.decode(
          get_buffer_bytes(BufferTypeValues.HttpCallResponseBody, 0, size as u32),
        );
        stream_context.headers.request.replace("x-answer", status + " " + body);
        origin.continueRequest();
      },
    );
    return FilterHeadersStatusValues.StopIteration;
  }

  onResponseHeaders(_count: u32, _end: bool): FilterHeadersStatusValues {
    stream_context.headers.response.add("x-job", "done");
    return FilterHeadersStatusValues.Continue;
  }

  onLog(): void {
    log(LogLevelValues.info, "job saw " + stream_context.headers.response.get(":status"));
  }
}

registerRootContext((id: u32) => {
  return new Plugin(id);
}, "job");
