import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Field, type StreamScript, reports, run, scripted } from "./script.ts";

interface ReplyOptions {
  readonly headers?: readonly Field[];
  readonly body?: string;
  readonly details?: string;
  readonly grpcStatus?: number;
}

const replying = (status: number, options: ReplyOptions = {}): StreamScript => ({
  requestHeaders: [["reply", status, options]],
});

const GRPC: Field[] = [["content-type", "application/grpc"]];

/** HTTP statuses and the gRPC statuses that hosts derive from them. */
const GRPC_STATUSES = [
  [400, 13],
  [401, 16],
  [403, 7],
  [404, 12],
  [429, 14],
  [503, 14],
  [418, 2],
] as const;

describeHosts("Reply", { filters: [scripted()] }, ({ it, host }) => {
  for (const [status, sent] of [
    [200, 200],
    [418, 418],
    [599, 599],
    [0, 500],
    [99, 500],
    [100, 500],
    [199, 500],
    [600, 500],
    [4_000_000_000, 500],
  ] as const) {
    it(`with status ${status} is sent as ${sent}`, async () => {
      const { response } = await run(host, replying(status, { body: "text" }));
      expect(response.status).toBe(sent);
      expect(response.text()).toBe("text");
      expect(response.upstream).toBeNull();
      const wrong = host.logs.filter(
        ({ level, message }) => level === "error" && message === `reply: 500 in place of status ${status}`,
      );
      expect(wrong).toHaveLength(status === sent ? 0 : 1);
    });
  }

  for (const status of [204, 205, 304]) {
    it(`with status ${status} has no body`, async () => {
      const { response } = await run(host, replying(status, { body: "text" }));
      expect(response.status).toBe(status);
      expect(response.text()).toBe("");
      expect((await host.fetch("/")).text()).toBe("stable");
    });
  }

  it("has content-length, and content-type text/plain unless it says otherwise", async () => {
    const plain = (await run(host, replying(403, { body: "grün" }))).response;
    expect(plain.header("content-type")).toBe("text/plain");
    expect(plain.header("content-length")).toBe("5");
    expect(plain.text()).toBe("grün");
    const json = replying(403, { body: "{}", headers: [["content-type", "application/json"]] });
    expect((await run(host, json)).response.header("content-type")).toBe("application/json");
    const empty = (await run(host, replying(403))).response;
    expect(empty.header("content-length")).toBe("0");
    expect(empty.header("content-type")).toBeNull();
  });

  it("repeats repeated headers", async () => {
    const headers: Field[] = [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["x-empty", ""],
    ];
    const { response } = await run(host, replying(401, { headers }));
    expect(response.headers.filter(([name]) => name === "set-cookie")).toEqual(headers.slice(0, 2));
    expect(response.header("x-empty")).toBe("");
  });

  it("leaves out headers that cannot be sent, and says so", async () => {
    const headers: Field[] = [
      ["x-good", "1"],
      ["x-bad", "a\r\nx-injected: 1"],
      ["x-nul", "a\0"],
      ["x bad", "1"],
      ["", "1"],
    ];
    const { response } = await run(host, replying(401, { headers, body: "no" }));
    expect(response.headers.map(([name]) => name).filter((name) => name.includes("x-"))).toEqual(["x-good"]);
    expect(response.text()).toBe("no");
    expect(host.logs.map(({ message }) => message)).toContain("reply: headers left out");
  });

  it("keeps its status when its headers name one", async () => {
    const { response } = await run(host, replying(401, { headers: [[":status", "200"]], body: "no" }));
    expect(response.status).toBe(401);
    expect(response.text()).toBe("no");
  });

  it("shows its details", async () => {
    const script = replying(403, { details: "script said_no" });
    const log: StreamScript = { ...script, log: [["property", "response", "code_details"]] };
    expect((await run(host, log)).reports).toEqual(["=script_said_no"]);
  });

  it("passes through the response hooks", async () => {
    const script: StreamScript = {
      ...replying(403, { body: "no" }),
      responseHeaders: [
        ["get", "responseHeaders", ":status"],
        ["set", "responseHeaders", "x-t-seen", "1"],
      ],
      responseBody: [["chunk"]],
    };
    const { response, reports: reported } = await run(host, script);
    expect(reported).toEqual(["=403", "Ok", "2 end"]);
    expect(response.header("x-t-seen")).toBe("1");
  });

  it("takes the first of two", async () => {
    const script: StreamScript = {
      requestHeaders: [
        ["reply", 401, { body: "first" }],
        ["reply", 403, { body: "second" }],
      ],
    };
    const { response } = await run(host, script);
    expect([response.status, response.text()]).toEqual([401, "first"]);
  });

  it("from the request body keeps the request from upstream", async () => {
    const script: StreamScript = { requestBody: [["reply", 413, { body: "too much" }]] };
    const { response } = await run(host, script, { method: "POST", body: "x".repeat(100) });
    expect([response.status, response.text(), response.upstream]).toEqual([413, "too much", null]);
  });

  it("from the response headers takes the place of the response", async () => {
    const script: StreamScript = { responseHeaders: [["reply", 502, { body: "hidden" }]] };
    const { response } = await run(host, script);
    expect([response.status, response.text()]).toEqual([502, "hidden"]);
    expect(host.upstream("stable").requests).toHaveLength(1);
  });

  for (const [http, grpc] of GRPC_STATUSES) {
    it(`for gRPC turns ${http} into grpc-status ${grpc}`, async () => {
      const options = { method: "POST", headers: GRPC, body: "x" } as const;
      const { response } = await run(host, replying(http, { body: "why: 1%" }), options);
      expect(response.status).toBe(200);
      expect(response.header("content-type")).toBe("application/grpc");
      expect(response.header("grpc-status")).toBe(String(grpc));
      expect(response.header("grpc-message")).toBe("why: 1%25");
      expect(response.text()).toBe("");
    });
  }

  for (const [given, sent] of [
    [0, 0],
    [8, 8],
    [16, 16],
    [17, 7],
    [-1, 7],
  ] as const) {
    it(`for gRPC takes the explicit status ${given} as ${sent}`, async () => {
      const { response } = await run(host, replying(403, { grpcStatus: given }), { headers: GRPC });
      expect(response.header("grpc-status")).toBe(String(sent));
    });
  }

  it("ignores the gRPC status for other requests", async () => {
    const { response } = await run(host, replying(403, { grpcStatus: 8 }));
    expect([response.status, response.header("grpc-status")]).toEqual([403, null]);
  });

  it("resets instead where the filter says so", async () => {
    await expect(run(host, { requestHeaders: [["reset"], ["pause"]] })).rejects.toThrow();
    await expect.poll(() => reports(host)).toContain("over");
    expect(host.upstream("stable").requests).toEqual([]);
  });
});
