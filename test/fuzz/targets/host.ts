import { type Pair, decodePairs, encodePairs } from "../../../harness/src/abi/pairs.ts";
import { type Target, differs, number, parts, raw, told } from "./target.ts";
import { isFieldName, isFieldValue, isToken } from "./text.ts";

const REQUEST = encodePairs([
  [":method", "GET"],
  [":path", "/orders?x=1"],
  ["x-name", "first"],
  ["cookie", "a=1; session=2"],
  ["x-name", ""],
  ["authorization", "Bearer e30.e30.e30"],
]);
const MANY = encodePairs(Array.from({ length: 60 }, (_, i): Pair => [`x-${i % 7}`, `${i}`]));

/** A list that says it has `count` entries, with the first lengths `lengths`. */
function lying(count: number, ...lengths: number[]): Buffer {
  const list = Buffer.from(REQUEST);
  list.writeUInt32LE(count, 0);
  for (const [index, length] of lengths.entries()) list.writeUInt32LE(length, 4 + 4 * index);
  return list;
}

/** Header lists, some of which lie. */
export const PAIRS: readonly Buffer[] = [
  ...[REQUEST, MANY, encodePairs([["x-name", "v"]]), Buffer.alloc(4), Buffer.from("x-name")],
  ...[lying(2 ** 32 - 1), lying(2 ** 31), lying(1 << 29), lying(1025), lying(7), lying(6, 2 ** 31 - 1)],
  ...[lying(6, 7, 2 ** 32 - 12), lying(6, 2 ** 32 - 1), lying(1, 6, 0), REQUEST.subarray(0, 70)],
];

export const PAIR_WORDS: readonly (string | Buffer)[] = [
  "x-name",
  "\0",
  "cookie",
  "\x01\0\0\0",
  "\x06\0\0\0",
  "\0\0\0\0",
  raw("\xff\xff\xff\xff"),
];

function checkPairs(input: Buffer, output: Buffer): string | undefined {
  const wanted = decodePairs(input);
  if (wanted.length === 0) return undefined;
  const hex = (text: string): string => raw(text.slice(0, 32)).toString("hex");
  const lines = wanted.map(([name, value]) => `${hex(name)}:${hex(value)}`);
  const indexOf = (name: string, from = 0): number =>
    wanted.findIndex((pair, index) => index >= from && pair[0] === name);
  const last = indexOf(wanted.at(-1)?.[0] ?? "");
  const found = `${indexOf("x-name")} ${indexOf("x-name", 2)} ${last}`;
  const head = [wanted.length, ...lines, found].join("\n");
  if (output.at(-1) !== 0x2b) return "is said to be no list";
  return differs(head, output.subarray(0, head.length));
}

function checkHeaderList(input: Buffer, output: Buffer): string | undefined {
  const texts = parts(input).map((part) => part.toString("latin1"));
  const pairs: Pair[] = [];
  // `+` makes it the list of a reply, which has no pseudo headers.
  const isName = input[0] === 0x2b ? isToken : isFieldName;
  let isValid = true;
  for (let i = 0; i < texts.length; i += 2) {
    const pair: Pair = [texts[i] ?? "", texts[i + 1] ?? ""];
    if (isName(pair[0]) && isFieldValue(pair[1])) pairs.push(pair);
    else isValid = false;
  }
  const encoded = pairs.length > 1024 ? null : encodePairs(pairs);
  return differs(Buffer.concat([Buffer.from(isValid ? "+" : "-"), told(encoded)]), output);
}

/** A number has eight bytes, a truth value one; a list or map is what `decodePairs` reads, or at least not beside it. */
function checkProperties(input: Buffer, output: Buffer): string | undefined {
  const isNumber = input.length === 8;
  const signed = isNumber ? number(input, 0) : undefined;
  const half = new BigInt64Array(new Float64Array([0.5]).buffer)[0];
  const isTrue = input.length === 1 && input[0] !== 0;
  const numbers = `${signed ?? -7n} ${signed ?? 7n} ${signed ?? half} ${isTrue} `;
  const pairs = decodePairs(input);
  if (pairs.length === 0) return differs(numbers, output.subarray(0, numbers.length));
  const hex = [...pairs.map(([, value]) => value), ...pairs.map(([name]) => name)].map((text) =>
    raw(text).toString("hex"),
  );
  return differs(`${numbers}${pairs.length} ${pairs.length} ${hex.join(" ")}`, output);
}

export const hostTargets: readonly Target[] = [
  { name: "pairs", seeds: PAIRS, words: PAIR_WORDS, check: checkPairs },
  {
    name: "headerList",
    seeds: [
      ":path\0/\0x-a\0b",
      "bad name\0x",
      "x\0\r\n",
      Array.from({ length: 40 }, (_, i) => `n${i}\0v`).join("\0"),
    ],
    words: ["\0", ":", "x", "\0\0", "\r", "\x7f", "é"],
    check: checkHeaderList,
  },
  {
    name: "properties",
    seeds: [...PAIRS, "12345678", raw("\xff\xff\xff\xff\xff\xff\xff\xff"), "\x01", "\0", "1234567"],
    words: PAIR_WORDS,
    check: checkProperties,
  },
  { name: "answers", seeds: [...PAIRS, "12345678", "192.0.2.1:80", "[::1]:2"], words: PAIR_WORDS },
];
