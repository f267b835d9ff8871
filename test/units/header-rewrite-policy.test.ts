import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Unit } from "../../harness/src/testing/unit.ts";
import { load } from "./compile.ts";

const VERBS = ["set", "append", "add_if_absent", "remove name", "remove prefix", "remove suffix"] as const;
type RuleText = readonly [verb: (typeof VERBS)[number], name: string, value?: string];
type Fields = readonly (readonly [name: string, value: string])[];

let guest: Unit;
beforeAll(async () => {
  guest = await load("header-rewrite-policy");
});

/** `fields` as a host encodes a header map. */
function encode(fields: Fields): Buffer {
  const texts = fields.flat().map((text) => Buffer.from(text, "latin1"));
  const numbers = [fields.length, ...texts.map((text) => text.length)];
  const head = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, index) => head.writeUInt32LE(number, 4 * index));
  return Buffer.concat([head, ...texts.flatMap((text) => [text, Buffer.of(0)])]);
}

/** Applies `rules` to `fields`; returns how many were refused. */
function apply(fields: Fields, rules: readonly RuleText[], allowSystem = false): number {
  guest.number("begin", encode(fields), Number(allowSystem));
  for (const [verb, name, value = ""] of rules) {
    const isAdded = guest.number("addRule", VERBS.indexOf(verb), name, Buffer.from(value, "latin1"));
    expect(isAdded, `${verb} ${name}: ${value}`).toBe(1);
  }
  return guest.number("apply");
}

function values(name: string): string[] {
  const encoded = guest.bytes("values", name) ?? Buffer.alloc(0);
  const found: string[] = [];
  for (let at = 0; at < encoded.length;) {
    const size = encoded.readUInt32LE(at);
    found.push(encoded.toString("latin1", at + 4, at + 4 + size));
    at += 4 + size;
  }
  return found;
}

function changes(): string[] {
  return (guest.text("changes") ?? "").split("\n").filter((line) => line !== "");
}

describe("rules", () => {
  it("remove two thousand headers that a prefix covers", () => {
    const fields = Array.from({ length: 2000 }, (_, i) => [`x-user-${i}`, "v"] as const);
    guest.number("begin", encode(fields), 0);
    guest.number("addRule", VERBS.indexOf("remove prefix"), "x-user-", "");
    guest.number("apply");
    expect(guest.number("countChanges")).toBe(2000);
  });

  const BEFORE: Fields = [
    [":method", "GET"],
    ["x-a", "1"],
    ["x-b", "b"],
    ["x-a", "2"],
    ["x-empty", ""],
  ];
  it.each<{ rules: readonly RuleText[]; a: string[]; writes: string[] }>([
    { rules: [["set", "x-a", "3"]], a: ["3"], writes: ["=x-a 1"] },
    { rules: [["set", "x-a", "${request.headers.x-a}"]], a: ["1, 2"], writes: ["=x-a 1"] },
    { rules: [["append", "x-a", "3"]], a: ["1", "2", "3"], writes: ["+x-a 1"] },
    {
      rules: [
        ["append", "x-a", "3"],
        ["append", "x-a", "4"],
      ],
      a: ["1", "2", "3", "4"],
      writes: ["+x-a 2"],
    },
    { rules: [["add_if_absent", "x-a", "3"]], a: ["1", "2"], writes: [] },
    { rules: [["remove name", "x-a"]], a: [], writes: ["-x-a 0"] },
    {
      rules: [
        ["remove name", "x-a"],
        ["add_if_absent", "x-a", "3"],
      ],
      a: ["3"],
      writes: ["=x-a 1"],
    },
    {
      rules: [
        ["remove name", "x-a"],
        ["append", "x-a", "3"],
      ],
      a: ["3"],
      writes: ["=x-a 1"],
    },
    {
      rules: [
        ["set", "x-a", "3"],
        ["append", "x-a", "4"],
      ],
      a: ["3", "4"],
      writes: ["=x-a 2"],
    },
    {
      rules: [
        ["append", "x-a", "3"],
        ["set", "x-a", "4"],
      ],
      a: ["4"],
      writes: ["=x-a 1"],
    },
    {
      rules: [
        ["append", "x-a", "3"],
        ["remove prefix", "x-"],
      ],
      a: [],
      writes: ["-x-a 0", "-x-b 0", "-x-empty 0"],
    },
    { rules: [["remove suffix", "-a"]], a: [], writes: ["-x-a 0"] },
    {
      rules: [
        ["set", "x-c", "3"],
        ["remove prefix", "x-c"],
      ],
      a: ["1", "2"],
      writes: [],
    },
    { rules: [["add_if_absent", "x-empty", "3"]], a: ["1", "2"], writes: [] },
    { rules: [["set", "x-b", "b"]], a: ["1", "2"], writes: [] },
    {
      rules: [
        ["set", "x-a", "1"],
        ["append", "x-a", "2"],
      ],
      a: ["1", "2"],
      writes: [],
    },
    { rules: [["set", "x-a", "1"]], a: ["1"], writes: ["=x-a 1"] },
    {
      rules: [
        ["remove name", "x-none"],
        ["remove prefix", "y-"],
      ],
      a: ["1", "2"],
      writes: [],
    },
    { rules: [["set", "x-a", "${request.headers.x-none}"]], a: [], writes: ["-x-a 0"] },
    { rules: [["set", "x-a", "${request.headers.x-none?}"]], a: [""], writes: ["=x-a 1"] },
    { rules: [["set", "x-a", "<${request.headers.x-empty}>"]], a: ["<>"], writes: ["=x-a 1"] },
    {
      rules: [
        ["set", "x-a", "${request.headers.x-b}"],
        ["set", "x-b", "${request.headers.x-a}!"],
      ],
      a: ["b"],
      writes: ["=x-a 1", "=x-b 1"],
    },
  ])("$rules", ({ rules, a, writes }) => {
    expect(apply(BEFORE, rules)).toBe(0);
    expect(values("x-a")).toEqual(a);
    expect(changes()).toEqual(writes);
  });

  it("leaves what the proxy answers for when a pattern covers it", () => {
    const kept = ["host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"];
    const before: Fields = [...kept, ":authority", "cookie"].map((name) => [name, "v"]);
    apply(
      before,
      ["c", "h", "t", "u"].map((prefix) => ["remove prefix", prefix]),
    );
    expect(changes()).toEqual(["-cookie 0"]);
  });

  it("leaves system headers to rules that may touch them", () => {
    const before: Fields = ["x-envoy-a", "x-forwarded-for", "forwarded", "x-user"].map((name) => [name, "v"]);
    apply(before, [["remove prefix", "x-"]]);
    expect(changes()).toEqual(["-x-user 0"]);
    apply(
      before,
      [
        ["remove prefix", "x-"],
        ["remove suffix", "warded"],
      ],
      true,
    );
    expect(changes()).toHaveLength(4);
  });

  it("joins cookies with semicolons", () => {
    apply(
      [
        ["cookie", "a=1"],
        ["cookie", "b=2"],
      ],
      [["set", "x-a", "${request.headers.cookie}"]],
    );
    expect(values("x-a")).toEqual(["a=1; b=2"]);
  });

  it("refuses a value with a control character, wherever it stands, and lets all other bytes through", () => {
    for (let byte = 0; byte < 256; byte++) {
      const text = `0123456${String.fromCharCode(byte)}z`;
      const refused = apply([["x-in", text]], [["set", "x-a", "<${request.headers.x-in}>"]]);
      const isControl = (byte < 0x20 && byte !== 0x09) || byte === 0x7f;
      expect([byte, refused], `byte ${byte}`).toEqual([byte, Number(isControl)]);
      expect(values("x-a")).toEqual(isControl ? [] : [`<${text}>`]);
    }
  });

  it("refuses a value that grows beyond the limit", () => {
    const doubling: RuleText = ["set", "x-a", "${request.headers.x-a}${request.headers.x-a}"];
    expect(
      apply(
        [["x-a", "0123456789abcdef"]],
        Array.from({ length: 64 }, () => doubling),
      ),
    ).toBe(1);
    expect(values("x-a")).toEqual([]);
    expect(apply([["x-in", "a".repeat(65_537)]], [["set", "x-a", "${request.headers.x-in}"]])).toBe(1);
  });

  it("does what a list of operations means, whatever it is", () => {
    const name = fc.constantFrom("x-a", "x-b", "x-ab", "y-a");
    const rule = fc.oneof(
      fc.tuple(fc.constantFrom("set", "append", "add_if_absent"), name, fc.constantFrom("", "1", "2")),
      fc.tuple(fc.constant("remove name"), name, fc.constant("")),
      fc.tuple(fc.constant("remove prefix"), fc.constantFrom("x-", "x-a", "y"), fc.constant("")),
      fc.tuple(fc.constant("remove suffix"), fc.constantFrom("a", "-b"), fc.constant("")),
    ) as fc.Arbitrary<RuleText>;
    const fields = fc.array(fc.tuple(name, fc.constantFrom("", "1", "2")), { maxLength: 6 });
    fc.assert(
      fc.property(fields, fc.array(rule, { maxLength: 8 }), (before, rules) => {
        apply(before, rules);
        const after = model(before, rules);
        for (const key of ["x-a", "x-b", "x-ab", "y-a"]) {
          expect(values(key)).toEqual(after.filter(([field]) => field === key).map(([, value]) => value));
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** The same rules on a plain list. */
function model(before: Fields, rules: readonly RuleText[]): Fields {
  return rules.reduce<Fields>((fields, [verb, name, value = ""]) => {
    const others = fields.filter(([field]) => field !== name);
    if (verb === "set") return [...others, [name, value]];
    if (verb === "append") return [...fields, [name, value]];
    if (verb === "add_if_absent") return others.length < fields.length ? fields : [...fields, [name, value]];
    if (verb === "remove name") return others;
    return fields.filter(
      ([field]) => !(verb === "remove prefix" ? field.startsWith(name) : field.endsWith(name)),
    );
  }, before);
}

describe("templates", () => {
  it.each([
    ["", ""],
    ["plain", "plain"],
    ["  plain\t", "plain"],
    ["$$", "$"],
    ["$${time}", "${time}"],
    ["$$$$", "$$"],
    ["a}b{c", "a}b{c"],
    ["${route.name}", "route"],
    ["${source.address}", "192.0.2.1"],
    ["<${source.address}>", "< 192.0.2.1 >"],
    ["${time?}", ""],
    ["${time? never }", "never"],
    ["${time?a?b$$c{d}e", "a?b$c{de"],
    ["${request.headers.a?x}${request.headers.a?y}", "xy"],
    ["${request.headers.host?x}", "example.test"],
    ["${request.host}${request.method}", "example.testGET"],
    ["${request.path?none}", "none"],
    ["é${route.name}", "éroute"],
  ])("%j is %j", (template, value) => {
    guest.number(
      "begin",
      encode([
        [":authority", "example.test"],
        [":method", "GET"],
      ]),
      0,
    );
    expect(guest.bytes("render", template)?.toString()).toBe(value);
  });

  it.each(["${time}", "a${time}b", "${request.path}", "${route.name}${request.headers.x}"])(
    "%j is absent",
    (template) => {
      guest.number("begin", encode([]), 0);
      expect(guest.text("expected", template, 1)).toBe("");
      expect(guest.bytes("render", template)).toBeNull();
    },
  );

  it.each([
    ["$", "$$ for a dollar sign that begins no ${...}"],
    ["a$b", "$$ for a dollar sign that begins no ${...}"],
    ["$$$", "$$ for a dollar sign that begins no ${...}"],
    ["${", "a } for every ${"],
    ["${time", "a } for every ${"],
    ["${time?", "a } for every ${"],
    ["${time?x$", "a default without ${...}, and with $$ for a dollar sign"],
    ["${time?${time}}", "a default without ${...}, and with $$ for a dollar sign"],
    ["${}", "no ${} but request.headers.<name>, "],
    ["${Time}", "no ${Time} but request.headers.<name>, "],
    ["${ time}", "no ${ time} but request.headers.<name>, "],
    ["${request.body}", "no ${request.body} but request.headers.<name>, "],
    ["${request.headers.}", 'a header name in lower case instead of ""'],
    ["${request.headers.:path}", 'a header name in lower case instead of ":path"'],
    ["${request.headers.X}", 'a header name in lower case instead of "X"'],
    ["${request.headers.a b}", 'a header name in lower case instead of "a b"'],
    ["${request.headers.set-cookie}", "no set-cookie header"],
    ["${response.status}", "no ${response.status} in a request rule: there is no response yet"],
    ["${response.headers.x}", "no ${response.headers.x} in a request rule: there is no response yet"],
    ["a\nb", "a value without control characters"],
    ["a\0", "a value without control characters"],
  ])("%j is refused", (template, expected) => {
    expect(
      guest.text("expected", template, 0)?.startsWith(expected),
      guest.text("expected", template, 0) ?? "",
    ).toBe(true);
  });

  it("has an answer to every text", () => {
    const piece = fc.constantFrom(
      "$",
      "{",
      "}",
      "?",
      "${",
      "time",
      "request.headers.",
      "response.status",
      "x",
      "\0",
      "é",
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join("")),
        (text) => {
          guest.number("begin", encode([]), 0);
          const expected = guest.text("expected", text, 1);
          if (expected !== "") expect(guest.bytes("render", text)).toBeNull();
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("formats", () => {
  it("writes times as toISOString does", () => {
    const edges = [0, 1, 951_782_400_000, 951_868_799_999, 4_107_542_400_000, 253_402_300_799_000];
    const nanosecondsFit = 9_223_372_036_000;
    const times = fc.integer({ min: 0, max: nanosecondsFit });
    for (const time of edges.filter((edge) => edge <= nanosecondsFit)) {
      expect(guest.text("time", time)).toBe(new Date(time).toISOString());
    }
    fc.assert(fc.property(times, (time) => guest.text("time", time) === new Date(time).toISOString()));
  });

  it.each([
    ["192.0.2.1:443", "192.0.2.1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["[::ffff:192.0.2.1]:1", "::ffff:192.0.2.1"],
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8::1", "2001:db8::1"],
    ["/run/envoy.sock", "/run/envoy.sock"],
    ["@/run/1", "@/run/1"],
    ["", ""],
    [":1", ""],
    ["1234", "1234"],
    ["a:", "a:"],
  ])("address %j is %j", (text, address) => {
    expect(guest.text("address", text)).toBe(address);
  });
});
