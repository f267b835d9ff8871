import { type Target, differs, told } from "./target.ts";

const u32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, 4 * index);
  return bytes;
};
const aligned = (offset: number): number => (offset + 7) & ~7;

/** A statistic, which begins at a multiple of 8 where `lead` is 4. */
function entry(name: string, values: readonly bigint[], at: number): Buffer {
  const valueAt = aligned(at + 4 + name.length) - at;
  const bytes = Buffer.alloc(valueAt + 8 * values.length);
  bytes.writeUInt32LE(name.length);
  bytes.write(name, 4, "latin1");
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(value, valueAt + 8 * index);
  return bytes;
}

const COUNTERS = ["http.rq", "cluster.a.b"];
/** Two counters and two gauges; `size` is what is said of the gauges' size, their real one when absent. */
function statistics(size?: number): Buffer {
  let all = Buffer.concat([u32(0, 1, 5)]);
  for (const name of COUNTERS) all = Buffer.concat([all, entry(name, [3n, 1n], all.length)]);
  all.writeUInt32LE(all.length);
  const start = all.length;
  all = Buffer.concat([all, u32(0, 2, 9)]);
  for (const name of ["x", "server.live"]) all = Buffer.concat([all, entry(name, [1n], all.length)]);
  all.writeUInt32LE((size ?? all.length - start) >>> 0, start);
  return Buffer.concat([all, Buffer.alloc(20)]);
}
/** The size that Envoy says: it is added to itself with every gauge. */
const DOUBLED = ["x", "server.live"].reduce((size, { length }) => {
  const before = size + 4 + length;
  return before + aligned(before + 8);
}, 12);

const MAX_NAME = 16 << 10;
const MAX_ENVIRONMENT = 512;

function checkStats(input: Buffer, output: Buffer): string | undefined {
  const lines: string[] = [];
  let at = 0;
  let lastKind = 0;
  for (;;) {
    if (at + 12 > input.length) break;
    const [size, kind, said] = [0, 4, 8].map((offset) => input.readUInt32LE(at + offset)) as [
      number,
      number,
      number,
    ];
    if (kind <= lastKind || kind > 2) break;
    lastKind = kind;
    at += 12;
    const values = kind === 1 ? 2 : 1;
    let [exact, doubled, left] = [12, 12, said];
    let isWhole = true;
    while (left > 0 && exact !== size && doubled !== size) {
      const length = at + 4 <= input.length ? input.readUInt32LE(at) : 0;
      const valueAt = aligned(at + 4 + length);
      isWhole = length > 0 && length <= MAX_NAME && valueAt + 8 * values <= input.length;
      if (!isWhole) break;
      const name = input.subarray(at + 4, at + 4 + length).toString("hex");
      const value = input.readBigInt64LE(valueAt);
      const delta = kind === 1 ? input.readBigInt64LE(valueAt + 8) : 0n;
      lines.push(`${kind} ${name} ${value} ${delta}\n`);
      at = valueAt + 8 * values;
      left--;
      exact = aligned(exact + 4 + length + 8 * values);
      const before = doubled + 4 + length;
      if (kind === 2) doubled = (before + aligned(before + 8)) >>> 0;
    }
    if (!isWhole) break;
  }
  return differs(`${lines.slice(0, 500).join("")}${lines.length} over`, output);
}

const ANSWER = Buffer.concat([u32(2, 60, 0), Buffer.from("192.0.2.1:0\0[2001:db8::1]:0\0")]);

function checkAddresses(input: Buffer, output: Buffer): string | undefined {
  const said = input.length < 4 ? 0 : input.readUInt32LE(0);
  const length = 4 + 4 * said <= input.length ? said : 0;
  const address = (index: number): Buffer => {
    if (index < 0 || index >= length) return Buffer.alloc(0);
    let start = 4 + 4 * length;
    for (let i = 0; i < index; i++) {
      start = input.indexOf(0, start) + 1;
      if (start === 0) return Buffer.alloc(0);
    }
    const end = input.indexOf(0, start);
    // One that does not end is none.
    return end < 0 ? Buffer.alloc(0) : input.subarray(start, end);
  };
  const parts: Buffer[] = [Buffer.from(String(length))];
  for (let i = -1; i <= Math.min(length, 30); i++) {
    const seconds = i >= 0 && i < length ? input.readUInt32LE(4 + 4 * i) : 0;
    parts.push(Buffer.from(` ${seconds}`), told(address(i)));
  }
  return differs(Buffer.concat([...parts, told(address(length - 1)), told(Buffer.alloc(0))]), output);
}

/** Variables and bytes that the host says there are, as the guest's host here does (`guest.ts`). */
export function environmentOf(input: Uint8Array): { readonly count: number; readonly text: Buffer } {
  const bytes = Buffer.from(input);
  const head = Buffer.concat([bytes.subarray(0, 8), Buffer.alloc(8)]);
  const text = Buffer.alloc(head.readUInt16LE(4) % MAX_ENVIRONMENT);
  bytes.subarray(8).copy(text);
  return { count: head.readUInt32LE(0), text };
}

function checkEnvironment(input: Buffer, output: Buffer): string | undefined {
  const { count, text } = environmentOf(input);
  const find = (key: Buffer): Buffer | null => {
    if (key.includes("=") || count > text.length) return null;
    const wanted = Buffer.concat([key, Buffer.from("=")]);
    for (let at = 0; at < text.length;) {
      const nul = text.indexOf(0, at);
      const end = nul < 0 ? text.length : nul;
      const variable = text.subarray(at, end);
      if (variable.subarray(0, wanted.length).equals(wanted)) return variable.subarray(wanted.length);
      at = end + 1;
    }
    return null;
  };
  const keys = ["A", "KEY", "", "A=B", input.subarray(8, 12)].map((key) => Buffer.from(key as Uint8Array));
  return differs(Buffer.concat(keys.map((key) => told(find(key)))), output);
}

const environment = (count: number, size: number, text: string): Buffer =>
  Buffer.concat([u32(count, size), Buffer.from(text)]);

export const envoyTargets: readonly Target[] = [
  {
    name: "stats",
    seeds: [
      statistics(),
      statistics(DOUBLED),
      statistics(0xffff_fff0),
      u32(12, 1, 0, 12, 2, 0),
      u32(12, 2, 3, 12, 1, 0),
      Buffer.concat([u32(0, 1, 2), u32(20_000), Buffer.alloc(20_050, 0x61)]),
      Buffer.concat(Array.from({ length: 40 }, () => statistics())),
    ],
    words: [u32(1), u32(2), u32(12), u32(8), u32(0xffff_ffff), Buffer.alloc(8)],
    check: checkStats,
  },
  {
    name: "addresses",
    seeds: [ANSWER, u32(0), u32(0xffff_ffff), Buffer.concat([u32(1, 5), Buffer.from("::1")]), "abc"],
    words: ["\0", u32(1), u32(0x3fff_ffff), u32(0x4000_0000)],
    check: checkAddresses,
  },
  {
    name: "environment",
    seeds: [
      environment(2, 12, "A=1\0KEY=two\0"),
      environment(1, 3, "A=1"),
      environment(0, 0, ""),
      environment(0xffff_ffff, 8, "A=1\0"),
      environment(3, 0x1ff, "=x\0A\0KEY=\0"),
    ],
    words: ["\0", "=", "A=", "KEY=", "\0A=1\0"],
    check: checkEnvironment,
  },
  { name: "vmText", seeds: ["", "{}", "x\0y"], check: (input, output) => differs(told(input), output) },
];
