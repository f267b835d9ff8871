/** What differs between the versions of the ABI, beside the imports and signatures in the cases of modules. */
import { expect } from "vitest";
import { encodePairs } from "../../harness/src/abi/index.ts";
import { describeHosts, type SuiteOptions, type TestHost } from "../../harness/src/testing/index.ts";
import {
  BYTES,
  type Call,
  CONTEXT,
  encodeProgram,
  parseRecord,
  probeModule,
  type ProbeOptions,
  type Program,
  UNREPORTED,
} from "../conformance/probe/index.ts";

type Version = NonNullable<ProbeOptions["version"]>;

const suite = (version: Version, plugin: Program = {}): SuiteOptions => ({
  filters: [{ filter: probeModule({ version }), name: "probe", config: encodeProgram(plugin, 0, version) }],
  routes: [
    { match: { prefix: "/call" }, cluster: "auth" },
    { match: { prefix: "/" }, cluster: "stable" },
  ],
});

const HEADERS = encodePairs([
  [":method", "GET"],
  [":path", "/call"],
  [":authority", "auth"],
]);
const call: Call = ["proxy_http_call", "auth", HEADERS, "", "", 1000, UNREPORTED];
const effective: Call = ["proxy_set_effective_context", CONTEXT];
const absent: Call = ["proxy_get_header_map_value", 0, "x-absent", BYTES];

/** Sends a request whose stream plays `program`; returns its status and what the probe reported. */
async function play(host: TestHost, version: Version, program: Program): Promise<[number, string[]]> {
  const headers = { "x-program": encodeProgram(program, 1, version) };
  const { status } = await host.fetch("/", { headers });
  const records = host.logs.map(({ message }) => parseRecord(message, version));
  return [status, records.filter((record) => record?.caseNumber === 1).map((record) => record!.text)];
}

describeHosts("ABI 0.1.0", suite("0_1_0"), ({ it, host }) => {
  it("has an empty value for a header that is absent, and tells no end of the stream", async () => {
    expect(await play(host, "0_1_0", { requestHeaders: [absent] })).toEqual([
      200,
      ["requestHeaders(0)", "requestHeaders: get_header_map_value -> Ok null"],
    ]);
  });

  it("continues a request by a function of its own", async () => {
    const program: Program = {
      requestHeaders: { calls: [call], returns: 1 },
      callResponse: [effective, ["proxy_continue_request"]],
    };
    const [status, reported] = await play(host, "0_1_0", program);
    expect(status).toBe(200);
    expect(reported.at(-1)).toBe("callResponse: continue_request -> Ok");
  });

  it("continues a response by a function of its own", async () => {
    const program: Program = {
      responseHeaders: { calls: [call], returns: 1 },
      callResponse: [effective, ["proxy_continue_response"]],
    };
    const [status, reported] = await play(host, "0_1_0", program);
    expect(status).toBe(200);
    expect(reported.at(-1)).toBe("callResponse: continue_response -> Ok");
  });
});

describeHosts("ABI 0.2.0", suite("0_2_0"), ({ it, host }) => {
  it("tells that a header is absent, and the end of the stream", async () => {
    expect(await play(host, "0_2_0", { requestHeaders: [absent] })).toEqual([
      200,
      ["requestHeaders(1)", "requestHeaders: get_header_map_value -> NotFound null"],
    ]);
  });
});
