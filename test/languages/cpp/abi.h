// The host functions that the job needs, and what C++ puts around them. No exceptions, no STL: Debian's wasi-libc comes
// without libc++. With ABI_0_1_0 a module of the first ABI, as old Envoys had it, else one of 0.2.1.
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT(name) extern "C" __attribute__((import_module("env"), import_name(#name))) uint32_t name
#define EXPORT_AS(name) extern "C" __attribute__((export_name(name)))
#define TEXT_OF(name) #name
#define EXPORT(name) EXPORT_AS(TEXT_OF(name))

IMPORT(proxy_log)(uint32_t level, const char *message, size_t size);
IMPORT(proxy_get_header_map_value)(uint32_t kind, const char *key, size_t keySize, char **value, size_t *size);
IMPORT(proxy_replace_header_map_value)
(uint32_t kind, const char *key, size_t keySize, const char *value, size_t size);
IMPORT(proxy_remove_header_map_value)(uint32_t kind, const char *key, size_t keySize);
IMPORT(proxy_get_buffer_bytes)(uint32_t kind, uint32_t start, uint32_t length, char **value, size_t *size);
IMPORT(proxy_set_buffer_bytes)(uint32_t kind, uint32_t start, uint32_t length, const char *value, size_t size);
IMPORT(proxy_send_local_response)
(uint32_t code, const char *details, size_t detailsSize, const char *body, size_t bodySize, const char *headers,
 size_t headersSize, int32_t grpcStatus);
IMPORT(proxy_http_call)
(const char *cluster, size_t clusterSize, const char *headers, size_t headersSize, const char *body, size_t bodySize,
 const char *trailers, size_t trailersSize, uint32_t timeout, uint32_t *token);
IMPORT(proxy_set_effective_context)(uint32_t id);
IMPORT(proxy_get_shared_data)(const char *key, size_t keySize, char **value, size_t *size, uint32_t *cas);
IMPORT(proxy_set_shared_data)(const char *key, size_t keySize, const char *value, size_t size, uint32_t cas);
IMPORT(proxy_define_metric)(uint32_t kind, const char *name, size_t size, uint32_t *id);
IMPORT(proxy_increment_metric)(uint32_t id, int64_t offset);
IMPORT(proxy_set_tick_period_milliseconds)(uint32_t period);

#ifdef ABI_0_1_0
IMPORT(proxy_continue_request)();
IMPORT(proxy_get_configuration)(char **value, size_t *size);
#define ABI_MARKER proxy_abi_version_0_1_0
#define HEADERS_HOOK(name) EXPORT(name) uint32_t name##_hook(uint32_t id, uint32_t)
#else
IMPORT(proxy_continue_stream)(uint32_t kind);
#define ABI_MARKER proxy_abi_version_0_2_1
#define HEADERS_HOOK(name) EXPORT(name) uint32_t name##_hook(uint32_t id, uint32_t, uint32_t)
#endif

enum Status { Ok = 0, CasMismatch = 8 };
enum Map { RequestHeaders = 0, ResponseHeaders = 2, CallResponseHeaders = 6 };
enum Buffer { RequestBody = 0, CallResponseBody = 4, PluginConfiguration = 7 };
enum Action { Continue = 0, Pause = 1 };
enum Level { Info = 2 };

/** Bytes that somebody else keeps. */
struct View {
  const char *data = nullptr;
  size_t size = 0;

  View() = default;
  View(const char *text) : data(text), size(strlen(text)) {}
  View(const char *data, size_t size) : data(data), size(size) {}
};

/** Bytes from the host, which it got from malloc: freed here. */
struct Owned {
  char *data = nullptr;
  size_t size = 0;
  bool found = false;

  Owned() = default;
  Owned(Owned &&other) : data(other.data), size(other.size), found(other.found) { other.data = nullptr; }
  ~Owned() { free(data); }
  operator View() const { return {data, size}; }
};

/** Text of bounded length. */
struct Text {
  char data[512];
  size_t size = 0;

  Text &operator<<(View part) {
    size_t left = sizeof(data) - size;
    size_t length = part.size < left ? part.size : left;
    memcpy(data + size, part.data, length);
    size += length;
    return *this;
  }
  Text &operator<<(uint32_t number) {
    char digits[10];
    size_t count = 0;
    do digits[count++] = '0' + number % 10;
    while (number /= 10);
    while (count > 0) *this << View(&digits[--count], 1);
    return *this;
  }
  operator View() const { return {data, size}; }
};

/** A header's value; not found if it is absent, or empty in ABI 0.1.0, which cannot tell. */
inline Owned getHeader(Map map, View name) {
  Owned value;
  value.found = proxy_get_header_map_value(map, name.data, name.size, &value.data, &value.size) == Ok && value.data;
  return value;
}

inline Owned getConfiguration(uint32_t size);
inline void continueRequest();

inline void setHeader(Map map, View name, View value) {
  proxy_replace_header_map_value(map, name.data, name.size, value.data, value.size);
}

inline void removeHeader(Map map, View name) { proxy_remove_header_map_value(map, name.data, name.size); }

inline Owned getBuffer(Buffer buffer, uint32_t length) {
  Owned bytes;
  bytes.found = proxy_get_buffer_bytes(buffer, 0, length, &bytes.data, &bytes.size) == Ok;
  return bytes;
}

#ifdef ABI_0_1_0
inline Owned getConfiguration(uint32_t) {
  Owned bytes;
  bytes.found = proxy_get_configuration(&bytes.data, &bytes.size) == Ok;
  return bytes;
}
inline void continueRequest() { proxy_continue_request(); }
#else
inline Owned getConfiguration(uint32_t size) { return getBuffer(PluginConfiguration, size); }
inline void continueRequest() { proxy_continue_stream(0); }
#endif

/** Encodes names and values in turn as a header list. */
template <size_t N> Text pairs(const View (&fields)[N]) {
  Text list;
  uint32_t count = N / 2;
  list << View(reinterpret_cast<char *>(&count), 4);
  for (const View &field : fields) list << View(reinterpret_cast<const char *>(&field.size), 4);
  for (const View &field : fields) list << field << View("", 1);
  return list;
}
