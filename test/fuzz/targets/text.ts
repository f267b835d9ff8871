import { type Target, differs, number, parts, raw, split, told } from "./target.ts";

const I64_MAX = 2n ** 63n - 1n;
const UNITS: readonly [unit: string, nanoseconds: bigint][] = [
  ["h", 3_600_000_000_000n],
  ["m", 60_000_000_000n],
  ["s", 1_000_000_000n],
  ["ms", 1_000_000n],
  ["us", 1_000n],
  ["ns", 1n],
];
const DURATION = new RegExp(`^${UNITS.map(([unit]) => `(?:(\\d{1,18})(?:\\.(\\d+))?${unit})?`).join("")}$`);

/** The nanoseconds of a duration; undefined when it is none. Each digit has to stand for whole nanoseconds. */
function nanosecondsOf(text: string): bigint | undefined {
  const found = text === "" ? null : DURATION.exec(text);
  if (!found) return undefined;
  let total = 0n;
  for (const [index, [, scale]] of UNITS.entries()) {
    total += BigInt(found[1 + 2 * index] ?? "0") * scale;
    for (const [place, digit] of [...(found[2 + 2 * index] ?? "")].entries()) {
      const power = 10n ** BigInt(place + 1);
      if (digit !== "0" && scale % power !== 0n) return undefined;
      total += (BigInt(digit) * scale) / power;
    }
  }
  return total > I64_MAX ? undefined : total;
}

function checkDuration(input: Buffer, output: Buffer): string | undefined {
  const wanted = nanosecondsOf(input.toString("latin1"));
  const [said, formatted] = output.toString().split(" ");
  if (said !== (wanted ?? -1n).toString()) return `expected ${wanted ?? -1n}, got ${said}`;
  // Nothing reads numbers of 19 digits.
  if (wanted === undefined || formatted === `${wanted}ns`) return undefined;
  if (nanosecondsOf(formatted ?? "") === wanted) return undefined;
  return `writes it as ${formatted}`;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
export const isToken = (text: string): boolean => TOKEN.test(text);
export const isFieldName = (text: string): boolean => isToken(text.replace(/^:/, ""));
export const isFieldValue = (text: string): boolean => !/[\x00-\x08\x0a-\x1f\x7f]/.test(text);

function checkFields(input: Buffer, output: Buffer): string | undefined {
  const [name, other] = split(input, 2).first.map((part) => part.toString("latin1")) as [string, string];
  const bits = Number(output.toString());
  const folded = (text: string): string =>
    text.replaceAll("_", "-").replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  const wanted =
    Number(isToken(name)) |
    (Number(isFieldName(name)) << 1) |
    (Number(isFieldValue(name)) << 2) |
    (Number(folded(name) === folded(other)) << 6);
  if ((bits & 0x47) !== wanted) return `expected ${wanted}, got ${bits & 0x47}`;
  // Framing and system headers are reserved, too.
  return (bits & 0x18) !== 0 && (bits & 0x20) === 0 ? "a framing or system header is free" : undefined;
}

function checkAddress(input: Buffer, output: Buffer): string | undefined {
  const text = input.toString("latin1");
  const host = /^([^]*):\d+$/.exec(text)?.[1];
  const inner = /^\[([^]*)\]$/.exec(host ?? "")?.[1];
  return differs(inner ?? (host?.includes(":") === false ? host : text), output);
}

function checkUtf8(input: Buffer, output: Buffer): string | undefined {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
  // What is not UTF-8 does not come out as it went in.
  const isValid = Buffer.from(text).equals(input);
  return differs(Buffer.concat([Buffer.from(isValid ? "1" : "0"), Buffer.from(text)]), output);
}

function checkBytes(input: Buffer, output: Buffer): string | undefined {
  const { first, rest } = split(input, 2);
  const [left, right] = first as [Buffer, Buffer];
  const at = input.length - rest.length;
  const from = Number(BigInt.asIntN(32, number(input, at)));
  const to = Number(BigInt.asIntN(32, number(input, at + 4)));
  const lower = (text: Buffer): string =>
    text.toString("latin1").replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  const isEqual = left.equals(right);
  const bits =
    (isEqual ? 0b1001101 : 0) |
    (lower(left) === lower(right) ? 2 : 0) |
    (left.subarray(0, right.length).equals(right) ? 16 : 0) |
    (left.length >= right.length && left.subarray(left.length - right.length).equals(right) ? 32 : 0);
  const start = Math.max(from, 0);
  const text = left.toString("latin1");
  const find = (part: string): number => (start > text.length ? -1 : text.indexOf(part, start));
  const digits = /^\d{1,18}$/.test(text) ? BigInt(text) : -1n;
  const slice = left.subarray(start, Math.max(to, 0));
  const hex = (value: string): string => Buffer.from(value, "latin1").toString("hex");
  const trimmed = text.replace(/^[ \t]+/, "").replace(/[ \t]+$/, "");
  const wanted = [bits, "=-+".at(left.compare(right) === 0 ? 0 : left.compare(right) < 0 ? 1 : 2)];
  wanted.push(find(right.length > 0 ? right.toString("latin1", 0, 1) : "\0"), find(right.toString("latin1")));
  wanted.push(digits.toString(), from < 0 ? 0 : (left[from] ?? 0), slice.toString("hex"), hex(trimmed));
  wanted.push(hex(lower(left)), hex(text));
  const said = output.toString().split(" ");
  // Bit 6 is that the hashes are the same, which they may be by chance.
  if (((Number(said[0]) ^ bits) & (isEqual ? 127 : 63)) !== 0) return `expected ${bits}, got ${said[0]}`;
  return differs(wanted.slice(1).join(" "), Buffer.from(said.slice(1).join(" ")));
}

function checkMap(input: Buffer, output: Buffer): string | undefined {
  const keys: string[] = [];
  const values: Buffer[] = [];
  const wanted: Buffer[] = [];
  for (const step of parts(input)) {
    const operation = (step[0] ?? 0) & 3;
    const key = step.toString("latin1", 2);
    const index = keys.indexOf(key);
    if (operation === 0) {
      wanted.push(Buffer.from(index < 0 ? "0" : "1"));
      if (index < 0) continue;
      const [lastKey, lastValue] = [keys.pop() as string, values.pop() as Buffer];
      if (index < keys.length) [keys[index], values[index]] = [lastKey, lastValue];
    } else if (operation === 1) wanted.push(told(values[index] ?? null));
    else if (operation === 2 && step[0] === 0xfe) keys.length = values.length = 0;
    else if (index >= 0) values[index] = step.subarray(1, 2);
    else {
      keys.push(key);
      values.push(step.subarray(1, 2));
    }
  }
  for (let i = -1; i <= keys.length; i++)
    wanted.push(Buffer.from(` ${keys[i] ?? ""}:`, "latin1"), told(values[i] ?? null));
  return differs(Buffer.concat(wanted), output);
}

function checkBuilder(input: Buffer, output: Buffer): string | undefined {
  const wanted: Buffer[] = [];
  for (const piece of parts(input)) {
    wanted.push(((piece[0] ?? 0) & 1) === 1 ? Buffer.from(piece.toString("hex")) : piece);
    wanted.push(Buffer.from(number(input, input.length - 8 - piece.length).toString()));
    wanted.push(Buffer.of(piece[1] ?? 0));
  }
  return differs(Buffer.concat(wanted), output);
}

const ADDRESSES = [
  "192.0.2.1:443",
  "[2001:db8::1]:80",
  "2001:db8::1",
  "/run/x.sock",
  ":80",
  "[]:1",
  "a:",
  "[:1",
];
const NAMES = [
  "x-envoy-a\0X_ENVOY_A",
  "host\0:path",
  "content-length",
  "x y\0\x7f",
  "set-cookie\0Set-Cookie",
];
const KEYS = Array.from({ length: 20 }, (_, i) => `\x03${i % 10}key${i}`);

export const textTargets: readonly Target[] = [
  {
    name: "utf8",
    seeds: [
      "plain ascii text",
      "é ß € \u{1f600} \ufeff\uffff",
      Buffer.from("c0afeda080f4908080f09f98", "hex"),
    ],
    words: [
      ..."c2 e0a0 ed9f ef f48f f0 80 bf e08080 efbfbd".split(" ").map((hex) => Buffer.from(hex, "hex")),
    ],
    check: checkUtf8,
  },
  {
    name: "utf16",
    seeds: [Buffer.from("é\u{1f600}a", "utf16le"), Buffer.from("00d841dc3dd8", "hex")],
    words: ["3dd8", "00de", "00d8", "ffdf"].map((hex) => Buffer.from(hex, "hex")),
    check: (input, output) => differs(Buffer.from(input.toString("utf16le", 0, input.length & ~1)), output),
  },
  {
    name: "duration",
    seeds: [
      "1.5s",
      "200ms",
      "24h",
      "1h30m",
      "0s",
      "9223372036854775807ns",
      "2562047h47m16.854775807s",
      "0.001us",
    ],
    words: ["h", "m", "s", "ms", "us", "ns", ".", "0", "9", "5", "000000000", "-", " "],
    check: checkDuration,
  },
  { name: "fields", seeds: NAMES, words: [..."\0:-_;\x7f\r\n\tzZ"], check: checkFields },
  { name: "address", seeds: ADDRESSES, words: [..."[]:.0%"], check: checkAddress },
  {
    name: "bytes",
    seeds: [
      "Content-Type\0content-type\0\x02\0\0\0\x09\0\0\0",
      " \tx \0 \0",
      "000123\x00123",
      "abcabc\0bc\0\x02\0\0\0",
    ],
    words: ["\0", raw("\xff\xff\xff\xff"), "\x01\0\0\0", raw("\xff\xff\xff\x7f"), " ", "\t", "A", "a", "9"],
    check: checkBytes,
  },
  {
    name: "map",
    seeds: [KEYS.join("\0"), raw(`${KEYS.join("\0")}\0\x040key3\0\x050key7\0\xfe00`), "\x03akey\0\x04bkey"],
    words: ["\0\x03a", "\0\x04a", "\0\x05a", raw("\0\xfe"), "key1", "key"],
    check: checkMap,
  },
  {
    name: "builder",
    seeds: [raw("plain\0text and more\0\xfdtaken\0\x01hex"), "x".repeat(300)],
    words: ["\0", raw("\xfd"), raw("\xff\xff\xff\xff\xff\xff\xff\xff"), "\0\x01"],
    check: checkBuilder,
  },
];
