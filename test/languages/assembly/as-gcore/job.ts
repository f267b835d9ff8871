// The job of job.ts with @gcoredev/proxy-wasm-sdk-as.

export * from "@gcoredev/proxy-wasm-sdk-as/assembly/proxy";
import {
  BaseContext,
  BufferTypeValues,
  Context,
  continue_request,
  Counter,
  FilterDataStatusValues,
  FilterHeadersStatusValues,
  get_buffer_bytes,
  get_shared_data,
  GrpcStatusValues,
  log,
  LogLevelValues,
  makeHeaderPair,
  registerRootContext,
  RootContext,
  send_local_response,
  set_buffer_bytes,
  set_shared_data,
  set_tick_period_milliseconds,
  stream_context,
  WasmResultValues,
} from "@gcoredev/proxy-wasm-sdk-as/assembly";

class Plugin extends RootContext {
  ticks: Counter | null = null;

  onConfigure(size: u32): bool {
    this.ticks = new Counter("job_ticks");
    set_tick_period_milliseconds(100);
    return super.onConfigure(size);
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
  shouts: bool = false;

  onRequestHeaders(_count: u32, _end: bool): FilterHeadersStatusValues {
    const headers = stream_context.headers.request;
    const user = headers.get("x-user");
    if (user == "") {
      const body = String.UTF8.encode("who are you?");
      send_local_response(
        401,
        "",
        body,
        [makeHeaderPair("x-refused", "job")],
        GrpcStatusValues.Unauthenticated,
      );
      return FilterHeadersStatusValues.StopIteration;
    }
    headers.replace("x-greeting", this.root_context.getConfiguration() + ", " + user);
    headers.remove("x-secret");
    this.shouts = headers.get("x-shout") != "";
    if (this.shouts) headers.remove("content-length");
    if (headers.get("x-ask") == "") return FilterHeadersStatusValues.Continue;
    const call = [
      makeHeaderPair(":method", "POST"),
      makeHeaderPair(":path", "/ask"),
      makeHeaderPair(":authority", "answers"),
    ];
    const body = String.UTF8.encode(user);
    this.root_context.httpCall(
      "answers",
      call,
      body,
      [],
      5000,
      this,
      (_origin: BaseContext, _count: u32, size: usize, _trailers: u32) => {
        const status = stream_context.headers.http_callback.get(":status");
        const body = String.UTF8.decode(
          get_buffer_bytes(BufferTypeValues.HttpCallResponseBody, 0, size as u32),
        );
        stream_context.headers.request.replace("x-answer", status + " " + body);
        continue_request();
      },
    );
    return FilterHeadersStatusValues.StopIteration;
  }

  onRequestBody(size: usize, end: bool): FilterDataStatusValues {
    if (!this.shouts) return FilterDataStatusValues.Continue;
    if (!end) return FilterDataStatusValues.StopIterationAndBuffer;
    const body = String.UTF8.decode(get_buffer_bytes(BufferTypeValues.HttpRequestBody, 0, size as u32));
    set_buffer_bytes(
      BufferTypeValues.HttpRequestBody,
      0,
      size as u32,
      String.UTF8.encode(body.toUpperCase()),
    );
    return FilterDataStatusValues.Continue;
  }

  onResponseHeaders(_count: u32, _end: bool): FilterHeadersStatusValues {
    const headers = stream_context.headers.response;
    headers.add("x-job", "done");
    headers.replace("x-count", this.count().toString());
    return FilterHeadersStatusValues.Continue;
  }

  onLog(): void {
    log(LogLevelValues.info, "job saw " + stream_context.headers.response.get(":status"));
  }

  /** Counts the responses of all workers. */
  private count(): u32 {
    let number: u32;
    let result: WasmResultValues;
    do {
      const known = get_shared_data("job_count");
      const bytes = known.value;
      number = bytes ? load<u32>(changetype<usize>(bytes)) + 1 : 1;
      const next = new ArrayBuffer(4);
      store<u32>(changetype<usize>(next), number);
      result = set_shared_data("job_count", next, known.cas);
    } while (result == WasmResultValues.CasMismatch);
    return number;
  }
}

registerRootContext((id: u32) => {
  return new Plugin(id);
}, "job");
