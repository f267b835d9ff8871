import { readFileSync } from "node:fs";
import { validateHeaderValue } from "node:http";
import { expect } from "vitest";
import type { HeaderList } from "../../harness/src/model/index.ts";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { ANSWERING_NEIGHBOUR } from "./neighbour.ts";

const room = new URL("../../filters/header-rewrite/", import.meta.url);
const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, room), "utf8"));
const demo = readJson("examples/demo.json");
const INVALID = "sidecraft_header_rewrite_invalid_values";
const FAILED = "sidecraft_header_rewrite_failed_writes";

/** Values of `name`, one per line of the message. */
const lines = (headers: HeaderList, name: string): string[] =>
  headers.filter(([field]) => field === name).map(([, value]) => value);
/** Elements of the list in `name`, however the lines are joined: Envoy keeps some headers as one line. */
const elements = (headers: HeaderList, name: string): string[] =>
  lines(headers, name).flatMap((line) => line.split(",").map((element) => element.trim()));

describeHosts(
  "header-rewrite: demo",
  { filters: [{ filter: "header-rewrite", config: demo }] },
  ({ it, host }) => {
    const sent = async (headers: HeaderList): Promise<HeaderList> => {
      const { upstream } = await host.fetch("/orders?a=1", { headers });
      return upstream?.request.headers ?? [];
    };

    it.each<{ what: string; headers: HeaderList }>([
      { what: "once", headers: [["x-user-id", "root"]] },
      {
        what: "twice",
        headers: [
          ["x-user-id", "root"],
          ["accept", "*/*"],
          ["x-user-id", "admin"],
        ],
      },
      {
        what: "empty",
        headers: [
          ["x-user-id", ""],
          ["x-internal-a", ""],
        ],
      },
      {
        what: "all that begins so",
        headers: [
          ["x-user-", "1"],
          ["x-user-a", "2"],
          ["x-internal-b", "3"],
        ],
      },
      {
        what: "many",
        headers: Array.from({ length: 40 }, (_, i) => [`x-user-${i % 7}`, String(i)] as const),
      },
    ])("removes what clients may not send: $what", async ({ headers }) => {
      const names = (await sent(headers)).map(([name]) => name);
      expect(names.filter((name) => name.startsWith("x-user-") || name.startsWith("x-internal-"))).toEqual(
        [],
      );
    });

    it("leaves other headers alone, also those with a similar name", async () => {
      const headers = [
        ["x-user", "a"],
        ["x-users-id", "b"],
        ["my-x-user-id", "c"],
        ["x_user_id", "d"],
      ] as const;
      const arrived = await sent(headers);
      for (const [name, value] of headers) expect(lines(arrived, name)).toEqual([value]);
    });

    it("sets the source address in place of what the client says", async () => {
      const arrived = await sent([
        ["x-source-address", "192.0.2.1"],
        ["x-source-address", "192.0.2.2"],
      ]);
      const [address, ...more] = lines(arrived, "x-source-address");
      expect(more).toEqual([]);
      // A container's peer is the engine's end of its network.
      if (host.kind === "container") expect(address).toMatch(/^(?!192\.0\.2\.)[\d.]+$/);
      else expect(address).toBe("127.0.0.1");
    });

    it("appends behind what is there", async () => {
      const arrived = await sent([
        ["x-via", "one"],
        ["x-via", "two"],
      ]);
      expect(lines(arrived, "x-via")).toEqual(["one", "two", "sidecraft GET /orders?a=1"]);
    });

    it("changes the response", async () => {
      host.upstream("stable").reply({
        headers: [
          ["server-timing", "db;dur=1"],
          ["server-timing", "app"],
          ["vary", "origin"],
        ],
      });
      const before = Number(host.clock.now() / 1_000_000n);
      const { status, headers } = await host.fetch("/");
      expect(status).toBe(200);
      expect(lines(headers, "server-timing")).toEqual([]);
      expect(elements(headers, "vary")).toEqual(["origin", "x-user-id"]);
      const [, time] =
        /^stable at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/.exec(lines(headers, "x-served-by").join()) ??
        [];
      const at = Date.parse(time ?? "");
      expect(at).toBeGreaterThanOrEqual(before - 5);
      expect(at).toBeLessThanOrEqual(Number(host.clock.now() / 1_000_000n) + 5);
      expect([await host.metric(INVALID), await host.metric(FAILED)]).toEqual([0, 0]);
    });
  },
);

describeHosts(
  "header-rewrite: names in upper case",
  { filters: [{ filter: "header-rewrite", config: demo }] },
  ({ it, host }) => {
    it("are removed all the same", async () => {
      const names = ["X-USER-ID", "x-User-Roles", "X-Internal-Token", "X-Kept"];
      const { upstream } = await host.fetch("/", { headers: names.map((name) => [name, "spoofed"]) });
      const left = upstream?.request.headers.filter(([, value]) => value === "spoofed");
      expect(left?.map(([name]) => name)).toEqual(["x-kept"]);
    });
  },
);

const OPERATIONS = {
  request: [
    { set: { name: "x-set", value: "new" } },
    { append: { name: "x-append", value: "3" } },
    { append: { name: "x-append", value: "4" } },
    { add_if_absent: { name: "x-absent", value: "added" } },
    { remove: { suffix: "-debug" } },
    { set: { name: "x-first", value: "${request.headers.x-in}" } },
    { set: { name: "x-second", value: "${request.headers.x-first}!" } },
    { remove: { name: "x-in" } },
    { add_if_absent: { name: "x-in", value: "gone" } },
    { set: { name: "x-default", value: "${request.headers.x-none?nobody}" } },
    { set: { name: "x-absent-value", value: "a ${request.headers.x-none} b" } },
    { set: { name: "x-cookies", value: "${request.headers.cookie?}" } },
    {
      set: {
        name: "x-facts",
        value: "${request.method} ${request.host} ${request.headers.host} ${route.name} $$",
      },
    },
  ],
  response: [
    { set: { name: "x-up", value: "${response.status} ${response.headers.x-up?none}" } },
    {
      set: {
        name: "x-request",
        value: "${request.headers.x-first?none} ${request.headers.x-in} ${request.path}",
      },
    },
    { append: { name: "set-cookie", value: "c=3; Path=/" } },
    { add_if_absent: { name: "x-frame-options", value: "DENY" } },
    { set: { name: "x-absent-value", value: "${request.headers.x-none}" } },
    { remove: { prefix: "x-powered" } },
  ],
};

describeHosts(
  "header-rewrite: rules",
  { filters: [{ filter: "header-rewrite", config: OPERATIONS }], workers: 2 },
  ({ it, host }) => {
    it.each<{ sent: HeaderList; name: string; arrives: string[] }>([
      {
        sent: [
          ["x-set", "a"],
          ["x-set", "b"],
        ],
        name: "x-set",
        arrives: ["new"],
      },
      { sent: [], name: "x-set", arrives: ["new"] },
      {
        sent: [
          ["x-append", "1"],
          ["x-append", "2"],
        ],
        name: "x-append",
        arrives: ["1", "2", "3", "4"],
      },
      { sent: [], name: "x-append", arrives: ["3", "4"] },
      { sent: [], name: "x-absent", arrives: ["added"] },
      { sent: [["x-absent", ""]], name: "x-absent", arrives: [""] },
      {
        sent: [
          ["x-absent", "a"],
          ["x-absent", "b"],
        ],
        name: "x-absent",
        arrives: ["a", "b"],
      },
      {
        sent: [
          ["x-app-debug", "1"],
          ["x-app-debug", "2"],
        ],
        name: "x-app-debug",
        arrives: [],
      },
      {
        sent: [
          ["x-in", "a"],
          ["x-in", "b"],
        ],
        name: "x-second",
        arrives: ["a, b!"],
      },
      { sent: [["x-in", "a"]], name: "x-in", arrives: ["gone"] },
      { sent: [["x-in", ""]], name: "x-second", arrives: ["!"] },
      { sent: [["x-first", "claimed"]], name: "x-second", arrives: [] },
      { sent: [], name: "x-default", arrives: ["nobody"] },
      { sent: [["x-none", ""]], name: "x-default", arrives: [""] },
      { sent: [["x-absent-value", "sent"]], name: "x-absent-value", arrives: [] },
      { sent: [["cookie", "a=1; b=2"]], name: "x-cookies", arrives: ["a=1; b=2"] },
      { sent: [], name: "x-cookies", arrives: [""] },
      { sent: [], name: "x-facts", arrives: ["GET example.test example.test stable $"] },
    ])("$sent: $name arrives as $arrives", async ({ sent, name, arrives }) => {
      const { upstream } = await host.fetch("/", { headers: sent });
      expect(lines(upstream?.request.headers ?? [], name)).toEqual(arrives);
    });

    it("uses in the response what the request had after its own rules", async () => {
      const { headers } = await host.fetch("/path?q", { headers: { "x-in": "original" } });
      expect(lines(headers, "x-request")).toEqual(["original gone /path?q"]);
    });

    it("keeps what one request had apart from the next", async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => host.fetch("/", { headers: { "x-in": `${i}` } })),
      );
      expect(answers.map(({ headers }) => lines(headers, "x-request").join())).toEqual(
        answers.map((_, i) => `${i} gone /`),
      );
      const { headers } = await host.fetch("/");
      expect(lines(headers, "x-request")).toEqual(["none gone /"]);
    });

    it("reads the response and never joins its cookies", async () => {
      const cookies = [
        ["set-cookie", "a=1, b"],
        ["set-cookie", "b=2"],
      ] as const;
      host
        .upstream("stable")
        .reply({ status: 404, headers: [...cookies, ["x-up", "1"], ["x-up", "2"], ["x-powered-by", "php"]] });
      const { headers } = await host.fetch("/");
      expect(lines(headers, "x-up")).toEqual(["404 1, 2"]);
      expect(lines(headers, "set-cookie")).toEqual(["a=1, b", "b=2", "c=3; Path=/"]);
      expect(lines(headers, "x-frame-options")).toEqual(["DENY"]);
      expect(lines(headers, "x-powered-by")).toEqual([]);
      expect(lines(headers, "x-absent-value")).toEqual([]);
    });
  },
);

const BYTES = {
  request: [{ set: { name: "x-out", value: "<${request.headers.x-in}>" } }],
  response: [
    { set: { name: "x-out", value: "<${response.headers.x-in?}>" } },
    { set: { name: "x-echo", value: "<${request.headers.x-in?}>" } },
  ],
};

describeHosts(
  "header-rewrite: bytes",
  { filters: [{ filter: "header-rewrite", config: BYTES }] },
  ({ it, host }) => {
    const bytes = Array.from({ length: 256 }, (_, byte) => byte);
    const mayStand = (byte: number): boolean => (byte >= 0x20 && byte !== 0x7f) || byte === 0x09;
    /** What can be put on the wire: all bytes in the emulator; for a real host what node:http agrees to send. */
    const canSend = (byte: number): boolean => {
      if (host.kind === "emulator") return true;
      try {
        validateHeaderValue("x-in", String.fromCharCode(byte));
        return true;
      } catch {
        return false;
      }
    };

    it("copies every byte that may stand in a request header and no other", async () => {
      const seen = { copied: [] as number[], refused: [] as number[], leftOut: [] as number[] };
      const counted = await host.metric(INVALID);
      for (const byte of bytes.filter(canSend)) {
        const value = `a${String.fromCharCode(byte)}z`;
        const { status, upstream } = await host.fetch("/", { headers: { "x-in": value } });
        const out = lines(upstream?.request.headers ?? [], "x-out");
        if (status !== 200) seen.refused.push(byte);
        else if (out.length === 0) seen.leftOut.push(byte);
        else if (out.join() === `<${value}>`) seen.copied.push(byte);
      }
      expect(seen.copied).toEqual(bytes.filter(mayStand));
      expect([...seen.refused, ...seen.leftOut].sort((a, b) => a - b)).toEqual(
        bytes.filter((byte) => canSend(byte) && !mayStand(byte)),
      );
      // Each was left out twice: for the request and, kept, for the response. What the host itself refuses it
      // refuses on the way to the upstream, after the filter.
      const leftOut = seen.leftOut.length + seen.refused.length;
      expect((await host.metric(INVALID)) - counted).toBe(2 * leftOut);
    });

    it("copies every byte that may stand in a response header and no other", async () => {
      const seen = { copied: [] as number[], refused: [] as number[], leftOut: [] as number[] };
      for (const byte of bytes.filter(canSend)) {
        const value = `a${String.fromCharCode(byte)}z`;
        host.upstream("stable").reply({ headers: { "x-in": value } });
        const { status, headers } = await host.fetch("/");
        const out = lines(headers, "x-out");
        if (status !== 200) seen.refused.push(byte);
        else if (out.length === 0) seen.leftOut.push(byte);
        else if (out.join() === `<${value}>`) seen.copied.push(byte);
      }
      expect(seen.copied).toEqual(bytes.filter(mayStand));
      expect([...seen.refused, ...seen.leftOut].sort((a, b) => a - b)).toEqual(
        bytes.filter((byte) => canSend(byte) && !mayStand(byte)),
      );
    });

    it("copies a value that is not UTF-8 as it is", async () => {
      const value = "\xff\xc0\xaf\xed\xa0\x80 \xf4\x90\x80\x80";
      const { upstream, headers } = await host.fetch("/", { headers: { "x-in": value } });
      expect(lines(upstream?.request.headers ?? [], "x-out")).toEqual([`<${value}>`]);
      expect(lines(headers, "x-echo")).toEqual([`<${value}>`]);
    });
  },
);

const LOCAL = {
  request: [{ set: { name: "x-tag", value: "tagged" } }],
  response: [
    { remove: { name: "server-timing" } },
    {
      set: {
        name: "x-tag",
        value: "${request.headers.x-tag?none} ${response.status} ${response.headers.x-up}",
      },
    },
  ],
};

describeHosts(
  "header-rewrite: a later filter answers",
  {
    filters: [{ filter: "header-rewrite", config: LOCAL }, ANSWERING_NEIGHBOUR],
  },
  ({ it, host }) => {
    it("applies the response rules", async () => {
      const { status, headers, upstream } = await host.fetch("/", { headers: { "x-answer": "1" } });
      expect({ status, upstream }).toEqual({ status: 418, upstream: null });
      expect(lines(headers, "server-timing")).toEqual([]);
      expect(lines(headers, "x-tag")).toEqual(["tagged 418 local"]);
    });
  },
);

describeHosts(
  "header-rewrite: an earlier filter answers",
  {
    filters: [ANSWERING_NEIGHBOUR, { filter: "header-rewrite", config: LOCAL }],
  },
  ({ it, host }) => {
    it("does not see the answer, because it has not seen the request", async () => {
      const { status, headers, upstream } = await host.fetch("/", { headers: { "x-answer": "1" } });
      expect({ status, upstream }).toEqual({ status: 418, upstream: null });
      expect([lines(headers, "server-timing"), lines(headers, "x-tag")]).toEqual([["app"], []]);
    });
  },
);

const tag = (value: string): unknown => ({
  request: [{ append: { name: "x-tag", value } }],
  response: [{ append: { name: "x-tag", value } }],
});

describeHosts(
  "header-rewrite: two instances in one VM",
  {
    filters: ["first", "second"].map((name) => ({
      filter: "header-rewrite",
      name,
      vmId: "shared",
      config: tag(name),
    })),
    workers: 2,
  },
  ({ it, host }) => {
    it("each applies its own rules", async () => {
      for (let i = 0; i < 4; i++) {
        const { upstream, headers } = await host.fetch("/");
        expect(lines(upstream?.request.headers ?? [], "x-tag")).toEqual(["first", "second"]);
        expect(lines(headers, "x-tag")).toEqual(["second", "first"]);
      }
    });

    it("takes a new configuration for one of them, and keeps it when the next is refused", async () => {
      expect(await host.updateFilter("first", tag("third"))).toEqual({ accepted: true });
      const updated = await host.fetch("/");
      expect(lines(updated.upstream?.request.headers ?? [], "x-tag")).toEqual(["third", "second"]);
      expect((await host.updateFilter("first", { request: [] })).accepted).toBe(false);
      const kept = await host.fetch("/");
      expect(lines(kept.upstream?.request.headers ?? [], "x-tag")).toEqual(["third", "second"]);
    });
  },
);
