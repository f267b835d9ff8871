import { describe, expect, it } from "vitest";
import { EnvoyTrace, TracePrinter } from "../../harness/src/trace/index.ts";

const PLACE = "[source/extensions/common/wasm/wasm_vm.cc:39]";
const line = (thread: number, text: string): string =>
  `[2026-01-01 00:00:00.000][${thread}][trace][wasm] ${PLACE} ${text}`;

/** Lines of a trace for what Envoy prints. */
function printed(plugin: string, output: readonly string[]): string[] {
  const lines: string[] = [];
  const trace = new EnvoyTrace(new TracePrinter((text) => lines.push(text)), plugin);
  for (const text of output) trace.take(text);
  return lines;
}

const MAIN = "[2026-01-01 00:00:00.000][7][info][main] [source/server/server.cc:456] initializing";

describe("A trace from Envoy's log", () => {
  it("has hooks around what they call, and leaves the allocator out", () => {
    const lines = printed("auth", [
      MAIN,
      line(7, "[host->vm] _initialize()"),
      line(7, "[host<-vm] _initialize return: void"),
      line(9, "[host->vm] proxy_on_request_headers(2, 10, 1)"),
      line(9, "[vm->host] env.proxy_get_header_map_value(0, 1024, 13, 8, 12)"),
      line(9, "[host->vm] proxy_on_memory_allocate(287)"),
      line(9, "[host<-vm] proxy_on_memory_allocate return: 64096"),
      line(9, "[vm<-host] env.proxy_get_header_map_value return: 0"),
      line(9, "[host<-vm] proxy_on_request_headers return: 1"),
    ]);
    expect(lines).toEqual([
      "auth main #0 host->vm _initialize()",
      "auth #2 host->vm proxy_on_request_headers(2, 10, true)",
      "auth #2   vm->host proxy_get_header_map_value(RequestHeaders, <13 bytes>) = Ok",
      "auth #2 host<-vm proxy_on_request_headers = Pause",
    ]);
  });

  it("follows each thread, and the context that a callback works for", () => {
    const lines = printed("", [
      MAIN,
      line(8, "[host->vm] proxy_on_tick(1)"),
      line(9, "[host->vm] proxy_on_done(5)"),
      line(8, "[vm->host] env.proxy_set_effective_context(4)"),
      line(8, "[vm<-host] env.proxy_set_effective_context return: 0"),
      line(8, "[vm->host] env.proxy_continue_stream(0)"),
      line(8, "[vm<-host] env.proxy_continue_stream return: 0"),
      line(9, "[host<-vm] proxy_on_done return: 1"),
      line(8, "[host<-vm] proxy_on_tick return: void"),
    ]);
    expect(lines).toEqual([
      "#1 host->vm proxy_on_tick(1)",
      "#1   vm->host proxy_set_effective_context(4) = Ok",
      "#4   vm->host proxy_continue_stream(Request) = Ok",
      "worker 1 #5 host->vm proxy_on_done(5) = true",
      "#1 host<-vm proxy_on_tick",
    ]);
  });

  it("goes on after a trap", () => {
    const lines = printed("p", [
      MAIN,
      line(9, "[host->vm] proxy_on_request_headers(2, 10, 1)"),
      `[2026-01-01 00:00:00.000][9][error][wasm] ${PLACE} Function: proxy_on_request_headers failed: Uncaught RuntimeError: unreachable\nbacktrace`,
      line(9, "[host->vm] proxy_on_log(2)"),
      line(9, "[host<-vm] proxy_on_log return: void"),
    ]);
    expect(lines).toEqual([
      "p #2 host->vm proxy_on_request_headers(2, 10, true) = trap",
      "p #2 host->vm proxy_on_log(2)",
    ]);
  });
});
