import { expect } from "vitest";
import {
  describeHosts,
  type FetchResult,
  type Recording,
  type TestHost,
} from "../../../harness/src/testing/index.ts";
import { type Step, type StreamScript, carrying, scripted } from "../../sdk/script.ts";
import { failure } from "../failure.ts";

const FIELDS = [
  [":method", "GET"],
  [":path", "/asked"],
  [":authority", "call.test"],
] as const;
/** Asks the upstream, and resumes the request at its answer. */
const ASK: Step = ["call", "stable", FIELDS, "", 5000, [["resumeRequest"]]];

const play = (host: TestHost, script: StreamScript, body?: string): Promise<Recording<FetchResult>> =>
  host.record(() => host.fetch("/", { headers: carrying(script), ...(body && { body }) }));

describeHosts("Matchers of decisions", { filters: [scripted()] }, ({ it, host }) => {
  it("toPause holds where a hook stopped the request or the response", async () => {
    expect(await play(host, { requestHeaders: [ASK, ["pause"]] })).toPause();
    const body = await play(host, { requestBody: [["pauseUntilEnd"]] }, "hello");
    expect(body).toPause("proxy_on_request_body");
    expect(body).not.toPause("proxy_on_request_headers");
    expect(body.result).toHaveStatus(200);
  });

  it("toPause does not hold for a request that passed, nor for one that was answered", async () => {
    expect(await play(host, {})).not.toPause();
    expect(await play(host, { requestHeaders: [["reply", 403, [], ""]] })).not.toPause();
  });

  it("toPause shows what the hooks decided", async () => {
    const recording = await play(host, {});
    const message = await failure(() => expect(recording).toPause());
    expect(message).toMatch(/^expected pause of the request or the response\nthe filters decided:\n/);
    expect(message).toMatch(/\n {2}script #\d+ proxy_on_request_headers\(\d+, \d+, true\) = Continue\n/);
    expect(await failure(() => expect(recording).toPause("proxy_on_request_body"))).toMatch(
      /^expected pause of proxy_on_request_body\n/,
    );
  });

  it("toReply holds for the status that a filter answered with", async () => {
    const recording = await play(host, { requestHeaders: [["reply", 403, [], "no"]] });
    expect(recording).toReply();
    expect(recording).toReply(403);
    expect(recording).not.toReply(401);
    expect(recording.result).toHaveStatus(403);
  });

  it("toReply does not take the upstream's answer for the filter's", async () => {
    host.upstream("stable").reply({ status: 403 });
    const recording = await play(host, {});
    expect(recording.result).toHaveStatus(403);
    expect(recording).not.toReply();
  });

  it("toReply shows the reply that there was", async () => {
    const recording = await play(host, { requestHeaders: [["reply", 403, [], "no"]] });
    const message = await failure(() => expect(recording).toReply(401));
    expect(message).toMatch(/^expected reply by a filter with status 401\n/);
    expect(message).toMatch(/\n {2}script #\d+ proxy_send_local_response\(403, .*\) = Ok/);
  });

  it("refuse what is no recording", async () => {
    const response = await host.fetch("/");
    expect(await failure(() => expect(response).toPause())).toMatch(
      /toPause judges a recording: .*host\.record/,
    );
    expect(await failure(() => expect(response).not.toReply())).toMatch(/toReply judges a recording/);
  });
});
