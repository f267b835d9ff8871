// The job of job.ts in Go, a WASI reactor that speaks the ABI itself: there is no Go module of an SDK that compiles
// without TinyGo.
package main

import (
	"bytes"
	"encoding/binary"
	"strconv"
)

type filter struct{ shouts bool }

var (
	greeting string
	ticks    uint32
	filters  = map[uint32]*filter{}
	calls    = map[uint32]uint32{}
)

func main() {}

//go:wasmexport proxy_abi_version_0_2_1
func abiVersion() {}

//go:wasmexport proxy_on_configure
func onConfigure(_ uint32, size uint32) uint32 {
	greeting = string(buffer(pluginConfiguration, size))
	name, length := bytesOf("job_ticks")
	if proxyDefineMetric(0, name, length, pointer(&ticks)) != ok {
		return 0
	}
	proxySetTickPeriod(100)
	return 1
}

//go:wasmexport proxy_on_tick
func onTick(_ uint32) { proxyIncrementMetric(ticks, 1) }

//go:wasmexport proxy_on_context_create
func onContextCreate(id, parent uint32) {
	if parent != 0 {
		filters[id] = &filter{}
	}
}

//go:wasmexport proxy_on_delete
func onDelete(id uint32) { delete(filters, id) }

//go:wasmexport proxy_on_request_headers
func onRequestHeaders(id, _, _ uint32) uint32 {
	user, known := header(requestHeaders, "x-user")
	if !known {
		body, size := bytesOf("who are you?")
		fields, fieldsSize := sliceOf(pairs("x-refused", "job"))
		proxySendLocalResponse(401, nil, 0, body, size, fields, fieldsSize, -1)
		return actionPause
	}
	setHeader(requestHeaders, "x-greeting", greeting+", "+user)
	removeHeader(requestHeaders, "x-secret")
	if _, filters[id].shouts = header(requestHeaders, "x-shout"); filters[id].shouts {
		removeHeader(requestHeaders, "content-length")
	}
	if _, asks := header(requestHeaders, "x-ask"); !asks {
		return actionContinue
	}
	cluster, clusterSize := bytesOf("answers")
	fields, fieldsSize := sliceOf(pairs(":method", "POST", ":path", "/ask", ":authority", "answers"))
	body, size := bytesOf(user)
	var token uint32
	if proxyHttpCall(cluster, clusterSize, fields, fieldsSize, body, size, nil, 0, 5000, pointer(&token)) != ok {
		return actionContinue
	}
	calls[token] = id
	return actionPause
}

//go:wasmexport proxy_on_http_call_response
func onHttpCallResponse(_, token, _, size, _ uint32) {
	status, _ := header(callResponseHeaders, ":status")
	body := buffer(callResponseBody, size)
	id := calls[token]
	delete(calls, token)
	if proxySetEffectiveContext(id) != ok {
		return
	}
	setHeader(requestHeaders, "x-answer", status+" "+string(body))
	proxyContinueStream(0)
}

//go:wasmexport proxy_on_request_body
func onRequestBody(id, size, end uint32) uint32 {
	if !filters[id].shouts {
		return actionContinue
	}
	if end == 0 {
		return actionPause
	}
	at, length := sliceOf(bytes.ToUpper(buffer(requestBody, size)))
	proxySetBuffer(requestBody, 0, size, at, length)
	return actionContinue
}

//go:wasmexport proxy_on_response_headers
func onResponseHeaders(_, _, _ uint32) uint32 {
	setHeader(responseHeaders, "x-job", "done")
	setHeader(responseHeaders, "x-count", strconv.Itoa(int(count())))
	return actionContinue
}

//go:wasmexport proxy_on_log
func onLog(_ uint32) {
	status, _ := header(responseHeaders, ":status")
	logInfo("job saw " + status)
}

// count counts the responses of all workers.
func count() uint32 {
	key, keySize := bytesOf("job_count")
	for {
		var address, size, cas, number uint32
		if proxyGetSharedData(key, keySize, pointer(&address), pointer(&size), pointer(&cas)) == ok {
			number = binary.LittleEndian.Uint32(take(address, size))
		}
		value, valueSize := sliceOf(binary.LittleEndian.AppendUint32(nil, number+1))
		if proxySetSharedData(key, keySize, value, valueSize, cas) != casMismatch {
			return number + 1
		}
	}
}
