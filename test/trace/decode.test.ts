import { describe, expect, it } from "vitest";
import { encodePairs } from "../../harness/src/abi/index.ts";
import type { BorderCall, CallResult } from "../../harness/src/model/calls.ts";
import { hookResultText, hookText, hostCallText } from "../../harness/src/trace/decode.ts";

/** Linear memory with parts at multiples of 1,000; out-pointers lead to 10. */
class Memory {
  readonly bytes = Buffer.alloc(10_000);
  #next = 1_000;

  /** Writes bytes. @returns pointer and size */
  put(content: string | Uint8Array): [number, number] {
    const bytes = Buffer.from(content);
    const at = this.#next;
    this.#next += 1_000;
    bytes.copy(this.bytes, at);
    return [at, bytes.length];
  }

  view(pointer: number, length: number): Uint8Array | undefined {
    const from = pointer >>> 0;
    return from + (length >>> 0) <= this.bytes.length ? this.bytes.subarray(from, from + length) : undefined;
  }
}

const call = (name: string, args: readonly (number | bigint)[]): BorderCall => ({
  worker: 0,
  plugin: "p",
  contextId: 2,
  function: name,
  args,
});

describe("A host function in a trace", () => {
  const text = (
    memory: Memory | undefined,
    name: string,
    args: (number | bigint)[],
    result: CallResult = 0,
  ): string => hostCallText(call(name, args), memory, result);

  it("shows enums by name, texts, and what came back", () => {
    const memory = new Memory();
    memory.bytes.writeUInt32LE(9_000, 10);
    memory.bytes.writeUInt32LE(8, 14);
    memory.bytes.write("Bearer x", 9_000);
    const args = [0, ...memory.put("authorization"), 10, 14];
    expect(text(memory, "proxy_get_header_map_value", args)).toBe(
      'proxy_get_header_map_value(RequestHeaders, "authorization") = Ok "Bearer x"',
    );
    expect(text(memory, "proxy_get_header_map_value", args, 1)).toBe(
      'proxy_get_header_map_value(RequestHeaders, "authorization") = NotFound',
    );
  });

  it("shows header lists, property paths and signed numbers", () => {
    const memory = new Memory();
    const pairs = memory.put(encodePairs([["x-a", 'say "hi"']]));
    const reply = [403, ...memory.put("denied"), ...memory.put(""), ...pairs, 0xffff_ffff];
    expect(text(memory, "proxy_send_local_response", reply)).toBe(
      'proxy_send_local_response(403, "denied", "", ["x-a": "say \\"hi\\""], -1) = Ok',
    );
    const property = [...memory.put("source\0address\0"), 10, 14];
    expect(text(memory, "proxy_get_property", property, 1)).toBe(
      'proxy_get_property("source.address") = NotFound',
    );
    expect(text(memory, "proxy_increment_metric", [4, -1n])).toBe("proxy_increment_metric(4, -1) = Ok");
    memory.bytes.writeBigUInt64LE(2n ** 63n, 24);
    expect(text(memory, "proxy_get_current_time_nanoseconds", [24])).toBe(
      "proxy_get_current_time_nanoseconds() = Ok 9223372036854775808",
    );
  });

  it("cuts what is long, between characters, and writes bytes that are no UTF-8 in hexadecimal", () => {
    const memory = new Memory();
    const long = text(memory, "proxy_log", [2, ...memory.put("é".repeat(300))]);
    expect(long).toBe(`proxy_log(Info, "${"é".repeat(60)}"… (600 bytes)) = Ok`);
    const cut = text(memory, "proxy_log", [2, ...memory.put(`a${"é".repeat(300)}`)]);
    expect(cut).toBe(`proxy_log(Info, "a${"é".repeat(59)}"… (601 bytes)) = Ok`);
    const bytes = memory.put(Buffer.from([0xff, 0x22, 0x41, 0]));
    expect(text(memory, "proxy_log", [2, ...bytes])).toBe('proxy_log(Info, "\\xff\\"A\\x00") = Ok');
    const many = encodePairs(Array.from({ length: 50 }, (_, n) => [`x-${n}`, ""]));
    expect(text(memory, "proxy_set_header_map_pairs", [0, ...memory.put(many)])).toMatch(
      /"x-39": "", … 10 more\]\) = Ok$/,
    );
  });

  it("says what is out of bounds, what trapped, and what it does not know", () => {
    const memory = new Memory();
    expect(text(memory, "proxy_log", [2, -1, 7], 6)).toBe(
      "proxy_log(Info, <7 bytes at 4294967295, out of bounds>) = InvalidMemoryAccess",
    );
    expect(text(memory, "proxy_done", [], "trap")).toBe("proxy_done() = trap");
    expect(text(memory, "proxy_get_buffer_status", [77, 10, 14], 99)).toBe(
      "proxy_get_buffer_status(77) = 99",
    );
    expect(text(memory, "fd_close", [3], 8)).toBe("fd_close(3) = BadFileDescriptor");
  });

  it("shows lengths in the place of texts where the host shows no memory", () => {
    expect(text(undefined, "proxy_get_header_map_value", [2, 4_000, 13, 10, 14])).toBe(
      "proxy_get_header_map_value(ResponseHeaders, <13 bytes>) = Ok",
    );
  });
});

describe("A hook in a trace", () => {
  it.each<[string, number[], CallResult, string]>([
    ["proxy_on_request_headers", [3, 9, 1], 1, "proxy_on_request_headers(3, 9, true) = Pause"],
    ["proxy_on_request_headers", [3, 9], 0, "proxy_on_request_headers(3, 9) = Continue"],
    ["proxy_on_response_body", [3, 5, 0], 2, "proxy_on_response_body(3, 5, false) = StopAndWatermark"],
    ["proxy_on_configure", [1, 668], 0, "proxy_on_configure(1, 668) = false"],
    ["proxy_on_tick", [1], undefined, "proxy_on_tick(1)"],
    ["proxy_on_log", [3], "trap", "proxy_on_log(3) = trap"],
    [
      "proxy_on_downstream_connection_close",
      [3, 2],
      undefined,
      "proxy_on_downstream_connection_close(3, Remote)",
    ],
  ])("%s %j: %s", (name, args, result, expected) => {
    expect(hookText(call(name, args)) + hookResultText(call(name, args), result)).toBe(expected);
  });
});
