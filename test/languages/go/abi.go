package main

import (
	"encoding/binary"
	"unsafe"
)

// The host functions that the job needs (ABI 0.2.1).

const (
	ok                  = 0
	casMismatch         = 8
	requestHeaders      = 0
	responseHeaders     = 2
	callResponseHeaders = 6
	requestBody         = 0
	callResponseBody    = 4
	pluginConfiguration = 7
	actionContinue      = 0
	actionPause         = 1
	info                = 2
)

type pointer = unsafe.Pointer

//go:wasmimport env proxy_log
func proxyLog(level uint32, message pointer, size uint32) uint32

//go:wasmimport env proxy_get_header_map_value
func proxyGetHeader(kind uint32, key pointer, keySize uint32, value pointer, size pointer) uint32

//go:wasmimport env proxy_replace_header_map_value
func proxyReplaceHeader(kind uint32, key pointer, keySize uint32, value pointer, valueSize uint32) uint32

//go:wasmimport env proxy_remove_header_map_value
func proxyRemoveHeader(kind uint32, key pointer, keySize uint32) uint32

//go:wasmimport env proxy_get_buffer_bytes
func proxyGetBuffer(kind uint32, start uint32, length uint32, value pointer, size pointer) uint32

//go:wasmimport env proxy_set_buffer_bytes
func proxySetBuffer(kind uint32, start uint32, length uint32, value pointer, size uint32) uint32

//go:wasmimport env proxy_send_local_response
func proxySendLocalResponse(code uint32, details pointer, detailsSize uint32, body pointer, bodySize uint32, headers pointer, headersSize uint32, grpcStatus int32) uint32

//go:wasmimport env proxy_http_call
func proxyHttpCall(cluster pointer, clusterSize uint32, headers pointer, headersSize uint32, body pointer, bodySize uint32, trailers pointer, trailersSize uint32, timeout uint32, token pointer) uint32

//go:wasmimport env proxy_set_effective_context
func proxySetEffectiveContext(id uint32) uint32

//go:wasmimport env proxy_continue_stream
func proxyContinueStream(kind uint32) uint32

//go:wasmimport env proxy_get_shared_data
func proxyGetSharedData(key pointer, keySize uint32, value pointer, size pointer, cas pointer) uint32

//go:wasmimport env proxy_set_shared_data
func proxySetSharedData(key pointer, keySize uint32, value pointer, valueSize uint32, cas uint32) uint32

//go:wasmimport env proxy_define_metric
func proxyDefineMetric(kind uint32, name pointer, nameSize uint32, id pointer) uint32

//go:wasmimport env proxy_increment_metric
func proxyIncrementMetric(id uint32, offset int64) uint32

//go:wasmimport env proxy_set_tick_period_milliseconds
func proxySetTickPeriod(milliseconds uint32) uint32

// What the host has been given and the module has not yet taken over: the collector must not free it.
var given = map[uint32][]byte{}

//go:wasmexport proxy_on_memory_allocate
func allocate(size uint32) uint32 {
	bytes := make([]byte, size)
	address := uint32(uintptr(unsafe.Pointer(unsafe.SliceData(bytes))))
	given[address] = bytes
	return address
}

// take returns the bytes that the host has put at an address.
func take(address, size uint32) []byte {
	bytes := given[address]
	delete(given, address)
	return bytes[:min(int(size), len(bytes))]
}

func bytesOf(text string) (pointer, uint32) {
	return pointer(unsafe.StringData(text)), uint32(len(text))
}

func sliceOf(bytes []byte) (pointer, uint32) {
	return pointer(unsafe.SliceData(bytes)), uint32(len(bytes))
}

func logInfo(text string) {
	at, size := bytesOf(text)
	proxyLog(info, at, size)
}

func header(kind uint32, name string) (string, bool) {
	var address, size uint32
	at, length := bytesOf(name)
	if proxyGetHeader(kind, at, length, pointer(&address), pointer(&size)) != ok {
		return "", false
	}
	return string(take(address, size)), true
}

func setHeader(kind uint32, name, value string) {
	at, length := bytesOf(name)
	valueAt, valueLength := bytesOf(value)
	proxyReplaceHeader(kind, at, length, valueAt, valueLength)
}

func removeHeader(kind uint32, name string) {
	at, length := bytesOf(name)
	proxyRemoveHeader(kind, at, length)
}

func buffer(kind, length uint32) []byte {
	var address, size uint32
	if proxyGetBuffer(kind, 0, length, pointer(&address), pointer(&size)) != ok {
		return nil
	}
	return take(address, size)
}

// pairs encodes names and values in turn as a header list.
func pairs(fields ...string) []byte {
	bytes := binary.LittleEndian.AppendUint32(nil, uint32(len(fields)/2))
	for _, field := range fields {
		bytes = binary.LittleEndian.AppendUint32(bytes, uint32(len(field)))
	}
	for _, field := range fields {
		bytes = append(append(bytes, field...), 0)
	}
	return bytes
}
