import { describe, expect, it } from "vitest";
import { diagnosticsOf, ENTRY, filterWith } from "./compile.ts";

const SHAPE = 'the hook onRequestHeaders is declared as "onRequestHeaders(endOfStream: bool): Action"';
const stray = (name: string, meant: string, base = "HttpFilter"): string =>
  `${name} is no hook of ${base}, and nothing calls it; did you mean ${meant}?`;
const GO_ON = "{ return Action.Continue; }";

/** Members of a filter that are no hooks as they stand, each the whole of its class, and the one message about it. */
const MEMBERS: readonly (readonly [member: string, message: string])[] = [
  // Looks like a hook.
  [`onRequestHeader(end: bool): Action ${GO_ON}`, stray("onRequestHeader", "onRequestHeaders")],
  [`onRequestHaeders(end: bool): Action ${GO_ON}`, stray("onRequestHaeders", "onRequestHeaders")],
  [`onRequestheaders(end: bool): Action ${GO_ON}`, stray("onRequestheaders", "onRequestHeaders")],
  [`override onResponceHeaders(end: bool): Action ${GO_ON}`, stray("onResponceHeaders", "onResponseHeaders")],
  [`private onRequestBodys(size: i32): void {}`, stray("onRequestBodys", "onRequestBody")],
  [`static onRequestTrailer(): Action ${GO_ON}`, stray("onRequestTrailer", "onRequestTrailers")],
  [`onLogs(): void {}`, stray("onLogs", "onLog")],
  // As it is called elsewhere.
  [
    `onHttpRequestHeaders(n: i32, end: bool): Action ${GO_ON}`,
    stray("onHttpRequestHeaders", "onRequestHeaders"),
  ],
  [
    `on_http_response_body(n: u32, end: bool): Action ${GO_ON}`,
    stray("on_http_response_body", "onResponseBody"),
  ],
  [`OnHttpRequestTrailers(n: i32): Action ${GO_ON}`, stray("OnHttpRequestTrailers", "onRequestTrailers")],
  [`OnHttpStreamDone(): void {}`, stray("OnHttpStreamDone", "onDone")],
  [`decodeHeaders(end: bool): Action ${GO_ON}`, stray("decodeHeaders", "onRequestHeaders")],
  [`onRequest(): Action ${GO_ON}`, stray("onRequest", "onRequestHeaders")],
  // Belongs elsewhere.
  [`onTick(): void {}`, "onTick is a hook of Plugin, not of HttpFilter"],
  [
    `onHttpCallResponse(headers: u32, size: u32, trailers: u32): void {}`,
    "onHttpCallResponse is no hook of HttpFilter: the answer to a call comes to onResponse of an HttpCall",
  ],
  // Is called like a hook.
  [`onRequestHeaders(): Action ${GO_ON}`, `${SHAPE}: it takes 1 parameter, not 0`],
  [`onRequestHeaders(n: i32, end: bool): Action ${GO_ON}`, `${SHAPE}: it takes 1 parameter, not 2`],
  [`onRequestHeaders(end: bool, n: i32 = 0): Action ${GO_ON}`, `${SHAPE}: it takes 1 parameter, not 2`],
  [
    `onRequestHeaders(end: i32): Action ${GO_ON}`,
    `${SHAPE}: its parameter endOfStream is of type bool, not i32`,
  ],
  [
    `onRequestHeaders(end: bool = false): Action ${GO_ON}`,
    `${SHAPE}: its parameter endOfStream is neither optional nor a rest`,
  ],
  [`onRequestHeaders(end: bool): u32 { return 0; }`, `${SHAPE}: it returns Action, not u32`],
  [`onRequestHeaders(end: bool): i32 { return 0; }`, `${SHAPE}: it returns Action, not i32`],
  [`onRequestHeaders(end: bool): void {}`, `${SHAPE}: it returns Action, not void`],
  [`onRequestHeaders<T>(end: bool): Action ${GO_ON}`, `${SHAPE}: a hook has no type parameters`],
  [
    `static onRequestHeaders(end: bool): Action ${GO_ON}`,
    `${SHAPE}, not static: the host would never call it`,
  ],
  [`private onRequestHeaders(end: bool): Action ${GO_ON}`, `${SHAPE}: it is public, since the SDK calls it`],
  [
    `protected onRequestHeaders(end: bool): Action ${GO_ON}`,
    `${SHAPE}: it is public, since the SDK calls it`,
  ],
  [
    `onRequestHeaders: (end: bool) => Action = (end: bool) => Action.Continue;`,
    `${SHAPE}: it is a method, not a property`,
  ],
  [`get onRequestHeaders(): Action ${GO_ON}`, `${SHAPE}: it is a method, not a property`],
  [
    `onLog(): bool { return true; }`,
    'the hook onLog is declared as "onLog(): void": it returns void, not bool',
  ],
];

/** The name in a member's text: where the message points. */
function columnOfName(member: string): number {
  return member.search(/\b(on|On|decode)/) + 1;
}

describe("A filter's member", () => {
  it.each(MEMBERS)("%s", async (member, message) => {
    const place = { file: ENTRY, line: 3, column: columnOfName(member) };
    expect(await diagnosticsOf(filterWith(member))).toEqual([
      { severity: "error", code: "AS102", message, place },
    ]);
  });
});

describe("A plugin's member", () => {
  it.each([
    ["onConfigure(size: i32): bool { return true; }", stray("onConfigure", "configure", "Plugin")],
    ["OnPluginStart(size: i32): bool { return true; }", stray("OnPluginStart", "configure", "Plugin")],
    [
      "newHttpContext(id: u32): HttpFilter { return new Probe(); }",
      stray("newHttpContext", "createFilter", "Plugin"),
    ],
    ["onTik(): void {}", stray("onTik", "onTick", "Plugin")],
    [
      `onRequestHeaders(end: bool): Action ${GO_ON}`,
      "onRequestHeaders is a hook of HttpFilter, not of Plugin",
    ],
    [
      "configure(config: string): bool { return true; }",
      'the hook configure is declared as "configure(config: Bytes): bool": its parameter config is of type Bytes, not string',
    ],
  ])("%s", async (member, message) => {
    expect((await diagnosticsOf(filterWith("", member))).map((one) => one.message)).toEqual([message]);
  });
});

describe("A call's member", () => {
  it.each([
    ["HttpCall", "onRespons(response: CallResponse): void {}", "onResponse"],
    ["GrpcCall", "on_grpc_call_response(token: u32): void {}", "onResponse"],
    ["GrpcStream", "on_grpc_stream_message(size: i32): void {}", "onMessage"],
    ["GrpcStream", "onMesage(size: i32): void {}", "onMessage"],
  ])("of %s: %s", async (base, member, meant) => {
    const own = `abstract class Own extends ${base} { ${member} }\n`;
    const name = member.slice(0, member.indexOf("("));
    expect((await diagnosticsOf(filterWith("") + own)).map((one) => one.message)).toEqual([
      stray(name, meant, base),
    ]);
  });
});

describe("What is no mistake", () => {
  it.each([
    ["a helper that is like no hook", "onMissingKey(): Action { return Action.Continue; }"],
    [
      "a helper that is nearly called like a hook, and is called",
      `onRequestHeader(): Action ${GO_ON}\nonRequestHeaders(end: bool): Action { return this.onRequestHeader(); }`,
    ],
    ["all modifiers that may be", `public override onRequestHeaders(end: boolean): Action ${GO_ON}`],
    [
      "other members",
      `on: i32 = 0;\nstatic once(): void {}\nget onceMore(): i32 { return 1; }\nconstructor() { super(); }`,
    ],
  ])("%s", async (_, members) => {
    expect(await diagnosticsOf(filterWith(members))).toEqual([]);
  });

  it("a class between the SDK's and the filter's", async () => {
    const source = filterWith(`onRequestHeaders(end: bool): Action ${GO_ON}`)
      .replace("extends HttpFilter", "extends Middle")
      .replace("class Probe", `class Middle extends HttpFilter { onLog(): void {} }\nclass Probe`);
    expect(await diagnosticsOf(source)).toEqual([]);
  });

  it("a result of a derived class", async () => {
    const source = filterWith("").replace("createFilter(): HttpFilter", "createFilter(): Probe");
    expect(await diagnosticsOf(source)).toEqual([]);
  });
});
