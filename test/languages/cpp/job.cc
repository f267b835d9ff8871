// The job of job.ts in C++, which speaks the ABI itself: the C++ SDK comes with no package manager.

#include "abi.h"

/** Says whether the module's start was run. */
static const char *state = "not started";
static Text greeting;
static uint32_t ticks;

/** Streams of which something must be kept; the oldest is forgotten when there are too many. */
struct Stream {
  uint32_t id;
  uint32_t token;
  bool shouts;
};
static Stream streams[64];
static size_t nextStream;

static Stream &streamOf(uint32_t id) {
  for (Stream &stream : streams)
    if (stream.id == id) return stream;
  Stream &stream = streams[nextStream++ % 64];
  stream = {id, 0, false};
  return stream;
}

/** Counts the responses of all workers. */
static uint32_t count() {
  for (;;) {
    Owned value;
    uint32_t cas = 0, number = 0;
    if (proxy_get_shared_data("job_count", 9, &value.data, &value.size, &cas) == Ok && value.size == 4)
      memcpy(&number, value.data, 4);
    number++;
    if (proxy_set_shared_data("job_count", 9, reinterpret_cast<char *>(&number), 4, cas) != CasMismatch) return number;
  }
}

EXPORT(ABI_MARKER) void abiVersion() {}

EXPORT(proxy_on_configure) uint32_t onConfigure(uint32_t, uint32_t size) {
  greeting.size = 0;
  greeting << getConfiguration(size);
  proxy_set_tick_period_milliseconds(100);
  return proxy_define_metric(0, "job_ticks", 9, &ticks) == Ok;
}

EXPORT(proxy_on_tick) void onTick(uint32_t) { proxy_increment_metric(ticks, 1); }

EXPORT(proxy_on_context_create) void onContextCreate(uint32_t, uint32_t) {}

EXPORT(proxy_on_delete) void onDelete(uint32_t id) { streamOf(id).id = 0; }

HEADERS_HOOK(proxy_on_request_headers) {
  Owned user = getHeader(RequestHeaders, "x-user");
  if (!user.found) {
    Text headers = pairs({"x-refused", "job"});
    View body = "who are you?";
    proxy_send_local_response(401, nullptr, 0, body.data, body.size, headers.data, headers.size, -1);
    return Pause;
  }
  Text greets;
  greets << greeting << ", " << user;
  setHeader(RequestHeaders, "x-greeting", greets);
  removeHeader(RequestHeaders, "x-secret");
  Stream &stream = streamOf(id);
  stream.shouts = getHeader(RequestHeaders, "x-shout").found;
  if (stream.shouts) removeHeader(RequestHeaders, "content-length");
  if (!getHeader(RequestHeaders, "x-ask").found) return Continue;
  Text headers = pairs({":method", "POST", ":path", "/ask", ":authority", "answers"});
  uint32_t status = proxy_http_call("answers", 7, headers.data, headers.size, user.data, user.size, nullptr, 0, 5000,
                                    &stream.token);
  return status == Ok ? Pause : Continue;
}

EXPORT(proxy_on_http_call_response)
void onHttpCallResponse(uint32_t, uint32_t token, uint32_t, uint32_t size, uint32_t) {
  Text answer;
  answer << getHeader(CallResponseHeaders, ":status") << " " << getBuffer(CallResponseBody, size);
  for (Stream &stream : streams) {
    if (stream.id == 0 || stream.token != token || proxy_set_effective_context(stream.id) != Ok) continue;
    setHeader(RequestHeaders, "x-answer", answer);
    continueRequest();
    return;
  }
}

EXPORT(proxy_on_request_body) uint32_t onRequestBody(uint32_t id, uint32_t size, uint32_t end) {
  if (!streamOf(id).shouts) return Continue;
  if (!end) return Pause;
  Owned body = getBuffer(RequestBody, size);
  for (size_t i = 0; i < body.size; i++)
    if (body.data[i] >= 'a' && body.data[i] <= 'z') body.data[i] -= 32;
  proxy_set_buffer_bytes(RequestBody, 0, size, body.data, body.size);
  return Continue;
}

HEADERS_HOOK(proxy_on_response_headers) {
  (void)id;
  Text number;
  number << count();
  setHeader(ResponseHeaders, "x-job", state);
  setHeader(ResponseHeaders, "x-count", number);
  return Continue;
}

EXPORT(proxy_on_log) void onLog(uint32_t) {
  Text line;
  line << "job saw " << getHeader(ResponseHeaders, ":status");
  proxy_log(Info, line.data, line.size);
}

#ifdef WASI_UNSTABLE
// WASI under its first name, without wasi-libc's start: what came before preview 1.
struct Vector {
  const char *data;
  size_t size;
};
extern "C" __attribute__((import_module("wasi_unstable"), import_name("fd_write"))) uint32_t
fd_write(uint32_t file, const Vector *vectors, size_t count, size_t *written);

EXPORT(_start) void start() {
  state = "done";
  Vector line = {"job is ready\n", 13};
  size_t written;
  fd_write(1, &line, 1, &written);
}
#else
#include <unistd.h>

// Runs from _start in a command, after _initialize in a reactor.
int main() {
  state = "done";
  return write(1, "job is ready\n", 13) != 13;
}
#endif
