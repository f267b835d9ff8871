import { createHmac } from "node:crypto";
import { type Pair, encodePairs } from "../../../harness/src/abi/pairs.ts";
import { PAIRS, PAIR_WORDS } from "./host.ts";
import { type Target, differs, number, parts, told } from "./target.ts";

/** Those of `assembly/canary.ts`. */
const COOKIE_SECRET = "0123456789abcdef";
const NOW = 1_800_000_000n;
const MAX_COOKIE_BYTES = 16_384;

const trimmed = (text: string): string => text.replace(/^[ \t]+/, "").replace(/[ \t]+$/, "");

/** The value of the only cookie `name` in `lines`; null when it is not the only one. */
function cookieIn(lines: readonly Buffer[], name: string): string | null {
  if (lines.reduce((sum, line) => sum + line.length, 0) > MAX_COOKIE_BYTES) return null;
  const values = lines
    .flatMap((line) => line.toString("latin1").split(";"))
    .map((pair) => /^([^=]*)=([^]*)$/.exec(pair))
    .filter((pair) => trimmed(pair?.[1] ?? "") === name && pair !== null)
    .map((pair) => trimmed(pair?.[2] ?? ""));
  return values.length === 1 ? (values[0] ?? null) : null;
}

function isShared(lines: readonly Buffer[]): boolean {
  return lines
    .flatMap((line) => line.toString("latin1").split(","))
    .some((directive) => /^[ \t]*(public|s-maxage)[ \t]*(=|$)/i.test(directive));
}

function stickyCookie(variant: string, expiry: string): string {
  const message = ["sidecraft-canary-cookie-v1", "r", variant, expiry].flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return [length, Buffer.from(field)];
  });
  const code = createHmac("sha256", COOKIE_SECRET).update(Buffer.concat(message)).digest("base64url");
  return `v1.r.${variant}.${expiry}.${code}`;
}

/** Nobody gets a variant by an override without the secret, nor by a cookie that we did not write. */
function checkCanary(input: Buffer, output: Buffer): string | undefined {
  const said = output.toString();
  const [forcing = Buffer.alloc(0), , ...cookies] = parts(input);
  const sent = cookieIn(cookies, "canary");
  if (said.endsWith("override") && !/;[ \t]*very-secret[ \t]*$/.test(forcing.toString("latin1")))
    return "is overridden";
  if (said.endsWith("cookie")) {
    const [, , variant = "", expiry = ""] = sent?.split(".") ?? [];
    if (sent !== stickyCookie(variant, expiry) || BigInt(expiry) <= NOW)
      return `takes a false cookie: ${said}`;
  }
  return /^[12] /.test(said) ? undefined : `decides nothing: ${said}`;
}

function checkBucket(input: Buffer, output: Buffer): string | undefined {
  const said = output.toString();
  if (said === "no rate") return undefined;
  const [allowed, remaining = "", reset = "", retry = "", same, size = "", burst = "", window = ""] =
    said.split(" ");
  const isCounted = BigInt(remaining) >= 0n && BigInt(remaining) <= BigInt(burst);
  const isInTime = BigInt(reset) >= 0n && BigInt(reset) <= BigInt(window) + 1n && BigInt(retry) >= -1n;
  const isSized = Number(size) <= Math.max(172, input.length - 40);
  const isRight = isCounted && isInTime && isSized && same === "same";
  return isRight && (allowed === "1" || BigInt(retry) > 0n) ? undefined : `impossible: ${said}`;
}

/** A rate, a time, a key, and what is stored. */
function bucketInput(
  requests: bigint,
  period: bigint,
  burst: bigint,
  now: bigint,
  ...stored: bigint[]
): Buffer {
  const bytes = Buffer.alloc(40 + stored.length * 8);
  for (const [index, value] of [requests, period, burst, now, 7n, ...stored].entries())
    bytes.writeBigInt64LE(value, index * 8);
  return bytes;
}

const SECOND = 1_000_000_000n;
const BUCKETS = [
  bucketInput(5n, 10n * SECOND, 5n, NOW * SECOND),
  bucketInput(5n, 10n * SECOND, 5n, NOW * SECOND, NOW * SECOND + SECOND, 3n << 32n, 7n << 32n, 1n),
  bucketInput(3n, SECOND, 100n, NOW * SECOND, ...Array.from({ length: 21 }, (_, i) => BigInt(i) << 56n)),
  bucketInput(10n ** 9n, 31_622_400n * SECOND, 1n, 1n, 2n ** 63n - 1n, -(2n ** 63n), -1n),
];
const NUMBERS = [2n ** 63n - 1n, -(2n ** 63n), -1n, 1n, 10n ** 9n, SECOND, NOW * SECOND].map((value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
});

const behind = (text: string, list: Buffer): Buffer => Buffer.concat([Buffer.from(text, "latin1"), list]);
const HEADERS = encodePairs([
  ["x-a", "1"],
  ["x-a", "2"],
  ["x-b", " v "],
  ["cookie", "a=1"],
  ["cookie", "b=2"],
  ["x-c\xff", "\xff"],
] as Pair[]);
const TEMPLATES = [
  ...[
    "plain",
    "a ${request.headers.x-a} b",
    "${request.headers.x-none?default $$ x}",
    "$$${route.name}",
    "${",
    "$x",
  ],
  ...[
    "${request.headers.cookie}",
    "${response.status}",
    "${nothing}",
    "${request.headers.}",
    "${time?}",
    "\x01",
  ],
];

export const filterTargets: readonly Target[] = [
  {
    name: "template",
    seeds: TEMPLATES.map((text) => behind(`${text}\0`, HEADERS)),
    words: [
      "${",
      "}",
      "$$",
      "?",
      "$",
      "request.headers.",
      "response.headers.",
      "route.name",
      "x-a",
      ...PAIR_WORDS,
    ],
    check: (_, output) =>
      output.length > 0 && !output.equals(Buffer.from("!")) ? undefined : "says nothing",
  },
  {
    name: "rules",
    seeds: ["\x30\x11\x22", "\x04\x05\x13\x35", "\x21\x20\x23", "\x31\x04\x30\x12"].flatMap((verbs) =>
      [HEADERS, ...PAIRS.slice(0, 6)].map((list) => behind(`${verbs}\0v \${request.headers.x-a}\0`, list)),
    ),
    words: ["\x30", "\x04", "${request.headers.x-b}", "\0", ...PAIR_WORDS],
  },
  {
    name: "time",
    seeds: [...NUMBERS, Buffer.from("\0\0\0\0")],
    words: NUMBERS,
    check: (input, output) => {
      const nanoseconds = number(input, 0);
      const milliseconds = nanoseconds < 0n ? 0n : nanoseconds / 1_000_000n;
      return differs(new Date(Number(milliseconds)).toISOString(), output);
    },
  },
  {
    name: "cookie",
    seeds: [
      "session=1; b=2",
      "a=1;session=x\0 session = y",
      "session",
      "=;;=session=",
      "; session=a;session=b",
    ],
    words: ["session", "=", ";", " ", "\t", "\0", "session="],
    check: (input, output) => {
      const value = cookieIn(parts(input), "session");
      return differs(told(value === null ? null : Buffer.from(value, "latin1")), output);
    },
  },
  {
    name: "shared",
    seeds: ["public, max-age=1", "private\0 S-MaxAge = 5", 'no-cache="a,public"', "publicly", ",,"],
    words: ["public", "s-maxage", ",", "=", " ", "\t", "\0"],
    check: (input, output) => differs(isShared(parts(input)) ? "1" : "0", output),
  },
  {
    name: "canary",
    seeds: [
      ...["canary;very-secret\0", "stable ; very-secret", "canary;wrong\0alice", "\0alice\0session=1"],
      ...["\0\0x=1;session=2", `\0\0canary=${stickyCookie("canary", "1900000000")}`],
      ...[`\0\0canary=${stickyCookie("stable", "1700000000")}; session=3`, "\0\0canary=v1.r.canary.1.A"],
    ],
    words: [
      "canary",
      "stable",
      ";",
      "=",
      ".",
      "v1.r.",
      "very-secret",
      "\0",
      "999999999999999999",
      "session=",
    ],
    check: checkCanary,
  },
  { name: "bucket", seeds: BUCKETS, words: NUMBERS, check: checkBucket },
];
