/** What a module must not do, since Envoy does not survive it: the emulator says so in the place of Envoy's end. */
import { inject, describe, expect, test } from "vitest";
import { EmulatorHost } from "../../harness/src/testing/emulator-host.ts";
import { EnvoyHost } from "../../harness/src/testing/envoy-host.ts";
import type { SuiteOptions } from "../../harness/src/testing/index.ts";
import { encodePairs } from "../../harness/src/abi/index.ts";
import {
  assemble,
  BYTES,
  type Call,
  CONTEXT,
  encodeProgram,
  probeModule,
  type Program,
  UNREPORTED,
} from "../conformance/probe/index.ts";

const reply: Call = ["proxy_send_local_response", 418, "", "teapot", "", -1];
const close: Call = ["proxy_close_stream", 0];
const continueResponse: Call = ["proxy_continue_stream", 1];
const effective: Call = ["proxy_set_effective_context", CONTEXT];
const HEADERS = encodePairs([
  [":method", "GET"],
  [":path", "/call"],
  [":authority", "auth"],
]);
const call: Call = ["proxy_http_call", "auth", HEADERS, "", "", 1000, UNREPORTED];
const PAUSE = 1;
/** Pauses in `hook` and makes `calls` when a callout is answered. */
const answered = (hook: "requestHeaders" | "responseHeaders", ...calls: readonly Call[]): Program => ({
  [hook]: { calls: [call], returns: PAUSE },
  callResponse: [effective, ...calls],
});

interface Case {
  readonly what: string;
  readonly program: Program;
  /** What the emulator says. */
  readonly says: RegExp;
  /** Envoy reads what it has freed, which may go well. */
  readonly mayGoWell?: true;
}

const CASES: readonly Case[] = [
  {
    what: "continuing a response that there is not, in the request's headers",
    program: { requestHeaders: [continueResponse] },
    says: /proxy_continue_stream\(response\) while there is no response/,
  },
  {
    what: "continuing a response that there is not, while the request waits",
    program: answered("requestHeaders", continueResponse),
    says: /proxy_continue_stream\(response\) while there is no response/,
  },
  {
    what: "continuing a response in its trailers",
    program: { responseTrailers: [continueResponse] },
    says: /proxy_continue_stream\(response\) in proxy_on_response_trailers/,
  },
  {
    what: "a reply in on_log",
    program: { log: [reply] },
    says: /local_response after the end of the stream/,
  },
  { what: "a reply in on_done", program: { done: [reply] }, says: /local_response after the end/ },
  { what: "a reset in on_log", program: { log: [close] }, says: /close_stream after the end of the stream/ },
  { what: "a reset in on_delete", program: { delete: [close] }, says: /close_stream after the end/ },
  {
    what: "two replies in the response's headers",
    program: { responseHeaders: [reply, reply] },
    says: /local_response after proxy_send_local_response in proxy_on_response_headers/,
  },
  {
    what: "two replies in the response's body",
    program: { responseBody: [reply, reply] },
    says: /local_response after proxy_send_local_response in proxy_on_response_body/,
  },
  {
    what: "two resets in the response's headers",
    program: { responseHeaders: [close, close] },
    says: /close_stream after proxy_close_stream in proxy_on_response_headers/,
  },
  {
    what: "two resets in the request's trailers",
    program: { requestTrailers: [close, close] },
    says: /close_stream after proxy_close_stream in proxy_on_request_trailers/,
  },
  {
    what: "two replies when a call is answered for a response that waits",
    program: answered("responseHeaders", reply, reply),
    says: /local_response after proxy_send_local_response in .*answer to a call/,
  },
  {
    what: "a reset in the response's trailers",
    program: { responseTrailers: [close] },
    says: /proxy_close_stream in proxy_on_response_trailers/,
  },
  {
    what: "a gRPC call to a service without a name",
    program: { requestHeaders: [["proxy_grpc_call", "", "a.B", "C", "", "", 100, UNREPORTED]] },
    says: /gRPC service without a target/,
  },
  {
    what: "reading a body that was let go with StopIterationAndWatermark",
    program: {
      requestBody: { returns: 2 },
      log: [["proxy_get_buffer_bytes", 0, 0, 100, BYTES]],
    },
    says: /a body is read after its hook/,
    mayGoWell: true,
  },
];

const SUITE: SuiteOptions = {
  filters: [{ filter: probeModule(), name: "probe", config: encodeProgram({}, 0) }],
  routes: [
    { match: { prefix: "/call" }, cluster: "auth" },
    { match: { prefix: "/" }, cluster: "stable" },
  ],
};

async function play(host: EmulatorHost | EnvoyHost, program: Program): Promise<unknown> {
  host.upstream("stable").reply({ body: "hi", headers: [], trailers: [["x-t", "1"]] } as never);
  const headers: [string, string][] = [["x-program", encodeProgram(program, 0)]];
  const sent = { method: "POST", body: "hello", trailers: { "x-t": "1" }, headers };
  // What the client got before the crash may be complete: the next request shows it.
  await host.fetch("/", sent);
  return host.fetch("/");
}

describe("what crashes Envoy [emulator]", () => {
  test.for(CASES)("$what", async ({ program, says }) => {
    await using host = await EmulatorHost.start(SUITE);
    await expect(play(host, program)).rejects.toThrow(
      expect.objectContaining({ name: "HostCrashError", message: expect.stringMatching(says) }),
    );
  });

  test("a module without memory that tells the host an address", async () => {
    await expect(EmulatorHost.start(MEMORYLESS)).rejects.toThrow(
      /Envoy 1.40 crashes here: .* module without memory/,
    );
  });
});

const MEMORYLESS: SuiteOptions = {
  filters: [
    {
      name: "probe",
      filter: assemble(
        "memoryless",
        `(module
          (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
          (func (export "proxy_abi_version_0_2_1"))
          (func (export "malloc") (param i32) (result i32) (i32.const 0))
          (func (export "proxy_on_configure") (param i32 i32) (result i32)
            (drop (call $log (i32.const 2) (i32.const 0) (i32.const 4))) (i32.const 1)))`,
      ),
    },
  ],
};

const envoy = inject("envoy");

describe.skipIf(!envoy)("what crashes Envoy [envoy]", () => {
  test.for(CASES.filter(({ mayGoWell }) => !mayGoWell))("$what", async ({ program }) => {
    await using host = await EnvoyHost.start(SUITE, envoy!);
    await expect(play(host, program)).rejects.toThrow(
      expect.objectContaining({
        name: "EnvoyEndedError",
        message: expect.stringMatching(/by itself \(SIG\w+\)/),
      }),
    );
  });

  test("a module without memory that tells the host an address", async () => {
    await expect(EnvoyHost.start(MEMORYLESS, envoy!)).rejects.toThrow(
      /Envoy ended while starting \(SIG\w+\)/,
    );
  });
});
