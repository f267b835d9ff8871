import { describe, expect, inject, it as test } from "vitest";
import { EnvoyHost } from "../../harness/src/testing/envoy-host.ts";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Field, type Step, type StreamScript, carrying, run, scripted } from "./script.ts";

const FIELDS: Field[] = [
  [":method", "GET"],
  [":path", "/asked"],
  [":authority", "call.test"],
];

/** Asks the upstream; `then` are the steps at its answer. */
const ask = (...then: Step[]): Step => ["call", "stable", FIELDS, "", 5000, then];
const POST = { method: "POST", body: "hello" } as const;
const TRAILERS: Field[] = [["x-t-sum", "1"]];
const LENGTH: Step = ["remove", "requestHeaders", "content-length"];

const bodyOf = (request: { readonly body: Uint8Array } | undefined): string =>
  new TextDecoder().decode(request?.body);

describeHosts("A pause", { filters: [scripted()] }, ({ it, host }) => {
  it("in the headers holds back the body hooks until the request is resumed", async () => {
    const script: StreamScript = {
      requestHeaders: [ask(["logLine", 2, "report: resumed"], ["resumeRequest"]), ["pause"]],
      requestBody: [["pauseUntilEnd"], ["atEnd", [["read", "requestBody"]]]],
    };
    const { reports, response } = await run(host, script, POST);
    expect(reports).toEqual(["Ok", "resumed", "=hello"]);
    expect(bodyOf(response.upstream?.request)).toBe("hello");
  });

  it("in the headers of a response holds back its body", async () => {
    const script: StreamScript = {
      responseHeaders: [ask(["logLine", 2, "report: resumed"], ["resumeResponse"]), ["pause"]],
      responseBody: [["pauseUntilEnd"], ["atEnd", [["read", "responseBody"]]]],
    };
    const { reports, response } = await run(host, script);
    expect(reports).toEqual(["Ok", "resumed", "=stable"]);
    expect(response.text()).toBe("stable");
  });

  it("in the body leaves the answer to a call what has come so far", async () => {
    const then: Step[] = [
      ["read", "requestBody"],
      ["append", "requestBody", "!"],
    ];
    const script: StreamScript = {
      requestHeaders: [LENGTH],
      requestBody: [["pause"], ["atEnd", [ask(...then, ["resumeRequest"])]]],
    };
    const { reports, response } = await run(host, script, POST);
    expect(reports).toEqual(["Ok", "Ok", "=hello", "Ok"]);
    expect(bodyOf(response.upstream?.request)).toBe("hello!");
  });

  it("in the body of a response leaves the answer to a call what has come so far", async () => {
    const then: Step[] = [["replace", "responseBody", "other"], ["resumeResponse"]];
    const script: StreamScript = {
      responseHeaders: [["remove", "responseHeaders", "content-length"]],
      responseBody: [["pause"], ["atEnd", [ask(...then)]]],
    };
    const { response } = await run(host, script);
    expect(response.text()).toBe("other");
  });

  it("in the trailers holds back the end, and the body that waited", async () => {
    const then: Step[] = [["set", "requestTrailers", "x-t-sum", "2"], ["resumeRequest"]];
    const script: StreamScript = { requestBody: [["pause"]], requestTrailers: [ask(...then), ["pause"]] };
    const { reports, response } = await run(host, script, { ...POST, trailers: TRAILERS });
    expect(reports).toEqual(["Ok", "Ok"]);
    const request = response.upstream?.request;
    expect([bodyOf(request), request?.trailers]).toEqual(["hello", [["x-t-sum", "2"]]]);
  });

  it("for the whole of a body that is larger than the host's buffer is answered 413", async () => {
    const body = "x".repeat(1_100_000);
    const { response } = await run(host, { requestBody: [["pauseUntilEnd"]] }, { method: "POST", body });
    expect([response.status, response.upstream]).toEqual([413, null]);
  });

  it("cannot be undone inside the hook: its result counts", async () => {
    const script: StreamScript = {
      requestHeaders: [["resumeRequest"], ask(["answer"], ["resumeRequest"]), ["pause"], ["resumeRequest"]],
    };
    const { reports, response } = await run(host, script);
    expect(reports).toEqual(["Ok", "status 200"]);
    expect(response.status).toBe(200);
  });

  it("of the request hides nothing from the response: each direction pauses by itself", async () => {
    const script: StreamScript = {
      requestHeaders: [ask(["resumeRequest"]), ["pause"]],
      responseHeaders: [ask(["set", "responseHeaders", "x-t-late", "1"], ["resumeResponse"]), ["pause"]],
    };
    const { response } = await run(host, script);
    expect(response.header("x-t-late")).toBe("1");
  });
});

describeHosts("A reply", { filters: [scripted()] }, ({ it, host }) => {
  const reply: Step = ["reply", 418, { body: "teapot" }];

  it("from the request's trailers keeps the request from upstream", async () => {
    const script: StreamScript = { requestBody: [["pause"]], requestTrailers: [reply] };
    const { response } = await run(host, script, { ...POST, trailers: TRAILERS });
    expect([response.status, response.text(), response.upstream]).toEqual([418, "teapot", null]);
  });

  it("from an answer takes the place of a response that waits for it", async () => {
    const { response } = await run(host, { responseHeaders: [ask(reply), ["pause"]] });
    expect([response.status, response.text()]).toEqual([418, "teapot"]);
  });
});

describeHosts(
  "A pause in the headers where allow_on_headers_stop_iteration is set",
  { filters: [{ ...scripted(), allowOnHeadersStopIteration: true }] },
  ({ it, host }) => {
    it("lets the body hooks run, in which the headers can still be written", async () => {
      const script: StreamScript = {
        requestHeaders: [LENGTH, ["pause"]],
        requestBody: [
          ["pauseUntilEnd"],
          [
            "atEnd",
            [
              ["read", "requestBody"],
              ["set", "requestHeaders", "x-t-size", "5"],
              ["append", "requestBody", "!"],
            ],
          ],
        ],
      };
      const { reports, response } = await run(host, script, POST);
      expect(reports).toEqual(["Ok", "=hello", "Ok", "Ok"]);
      const request = response.upstream?.request;
      expect([bodyOf(request), request?.header("x-t-size")]).toEqual(["hello!", "5"]);
    });

    it("does so for a response", async () => {
      const script: StreamScript = {
        responseHeaders: [["remove", "responseHeaders", "content-length"], ["pause"]],
        responseBody: [
          ["pauseUntilEnd"],
          [
            "atEnd",
            [
              ["set", "responseHeaders", ":status", "203"],
              ["replace", "responseBody", "new"],
            ],
          ],
        ],
      };
      const { response } = await run(host, script);
      expect([response.status, response.text()]).toEqual([203, "new"]);
    });

    it("ends when the trailers go on", async () => {
      const script: StreamScript = {
        requestHeaders: [["pause"]],
        requestBody: [["pause"]],
        requestTrailers: [["set", "requestHeaders", "x-t-trailers", "1"]],
      };
      const { response } = await run(host, script, { ...POST, trailers: TRAILERS });
      const request = response.upstream?.request;
      expect(request?.header("x-t-trailers")).toBe("1");
      expect([bodyOf(request), request?.trailers]).toEqual(["hello", TRAILERS]);
    });

    it("has to be resumed where there is no body", async () => {
      const script: StreamScript = { requestHeaders: [ask(["resumeRequest"]), ["pause"]] };
      expect((await run(host, script)).response.status).toBe(200);
    });

    it("can be resumed before the body has come to its end", async () => {
      const script: StreamScript = {
        requestHeaders: [ask(["resumeRequest"]), ["pause"]],
        requestBody: [["pause"]],
      };
      const { response } = await run(host, script, POST);
      expect([response.status, bodyOf(response.upstream?.request)]).toEqual([200, "hello"]);
    });

    it("can be answered from the body", async () => {
      const script: StreamScript = {
        requestHeaders: [["pause"]],
        requestBody: [["reply", 413, { body: "too much" }]],
      };
      const { response } = await run(host, script, POST);
      expect([response.status, response.text(), response.upstream]).toEqual([413, "too much", null]);
    });
  },
);

describeHosts("A response that goes no further", { filters: [scripted()] }, ({ it, host }) => {
  /** What is left of a response whose filter plays `script`: nothing that could pass for a whole one. */
  const broken = async (script: StreamScript, body: Buffer): Promise<void> => {
    host.upstream("stable").reply({ body, trailers: [["x-t-up", "1"]] });
    await expect(host.fetch("/", { headers: carrying(script) })).rejects.toThrow();
    host.upstream("stable").reply({});
    expect((await host.fetch("/")).status).toBe(200);
  };

  it("breaks off: one that is larger than the host's buffer, and is waited for", async () => {
    await broken({ responseBody: [["pauseUntilEnd"]] }, Buffer.alloc(3 << 20));
  });

  it("breaks off: one that is answered in its trailers", async () => {
    await broken({ responseTrailers: [["reply", 500]] }, Buffer.from("hello"));
  });
});

describeHosts(
  "A filter behind one that replies",
  { filters: [scripted(), { filter: "test/sdk/assembly/log-only.ts" }] },
  ({ it, host }) => {
    it("has onLog without onRequestHeaders", async () => {
      const replying = carrying({ requestHeaders: [["reply", 403]] });
      expect((await host.fetch("/", { headers: replying })).status).toBe(403);
      const messages = (): string[] => host.logs.map(({ message }) => message);
      await expect.poll(messages).toContain("logged without a request");
      expect((await host.fetch("/")).status).toBe(200);
      await expect.poll(messages).toContain("logged after its request");
    });
  },
);

describeHosts(
  "A reply from a hook of the response",
  { filters: [scripted(), scripted({}, "outer")] },
  ({ it, host }) => {
    it("passes through no further hooks", async () => {
      // Both play the script, the second filter first; the first one never sees a response.
      const script = {
        responseHeaders: [
          ["property", "plugin_name"],
          ["reply", 418],
        ] as Step[],
      };
      const headers = carrying(script);
      expect((await host.fetch("/", { headers })).status).toBe(418);
      await host.clock.advance("20ms");
      const said = host.logs.map(({ message }) => message).filter((line) => line.startsWith("report: ="));
      expect(said).toEqual(["report: =outer"]);
    });
  },
);

describe("onLog", () => {
  const envoy = inject("envoy");

  // The emulator has no connection manager that could refuse a request before the filters.
  test.skipIf(!envoy)("comes for a request that never reached onRequestHeaders", async () => {
    if (!envoy) return;
    await using host = await EnvoyHost.start(
      { filters: [{ filter: "test/sdk/assembly/log-only.ts" }] },
      envoy,
    );
    expect((await host.fetch("/a%2Fb")).status).toBe(307);
    await expect.poll(() => host.logs.map(({ message }) => message)).toContain("logged without a request");
    expect((await host.fetch("/")).status).toBe(200);
    await expect.poll(() => host.logs.map(({ message }) => message)).toContain("logged after its request");
  });
});
