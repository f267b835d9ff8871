import { isDeepStrictEqual } from "node:util";
import { encodeStruct } from "../../../harness/src/emulator/vm/struct.ts";
import { isStricter, parseReference } from "./json-reference.ts";
import { decodeStruct } from "./struct-reference.ts";
import { type Target, differs, raw } from "./target.ts";

/** Tokens of JSON and numbers at the borders of f64 and i64. */
export const JSON_WORDS = [
  ...'{}[],:"\\/-+.eE0123456789 \t\n\r'.split(""),
  ...[
    "true",
    "false",
    "null",
    '"a":',
    '"":',
    "[]",
    "{}",
    "[[[[[[[[",
    '{"a":{"a":{"a":',
    "\\u0000",
    "\\ud800",
  ],
  ...["\\udc00", "\\ud83d\\ude00", "\\u00e9", "\\n", '\\"', "é", "\u{1f600}", "\x7f", "-0", "1e308", "1e309"],
  ...["1e-400", "5e-324", "2.4703282292062328e-324", "9007199254740993", "9223372036854775807", "1.0", "1e3"],
  ...["-9223372036854775808", "9223372036854775808", "0.1", "123456789012345678901234567890", "\ufeff"],
  ...["179769313486231580793728971405301199e273", "e22", "e-22", "e23", "99999", "00000000"],
];

const DOCUMENTS = [
  ...[
    "{}",
    "[]",
    "null",
    '"x"',
    "0",
    "-12.5e-3",
    '{"a":[1,2.5,-3e10,true,false,null,"\\u00e9\\n"],"b":{"c":{}}}',
  ],
  JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i]))),
  `${"[".repeat(32)}${"]".repeat(32)}`,
  `${'{"a":'.repeat(33)}0${"}".repeat(33)}`,
  '{"a":1,"\\u0061":2}',
  '{"__proto__":1,"1":2,"0":3}',
];

const NUMBERS = [
  ...[
    "0",
    "-0",
    "1.5",
    "9007199254740993",
    "9223372036854775808",
    "1e308",
    "1.7976931348623159e308",
    "5e-324",
  ],
  ...["2.2250738585072011e-308", "0.1e-6", "123456789012345678901234567890e-10", "8.98846567431158e307"],
  ...["2.470328229206232720e-324", `0.${"0".repeat(350)}1`, `1${"0".repeat(309)}`, `${"9".repeat(400)}e-390`],
];

function check(input: Buffer, output: Buffer): string | undefined {
  const said = output.toString();
  const reference = parseReference(input);
  if (!reference) return said.startsWith("!") ? undefined : `accepts what is no JSON: ${said}`;
  if (said.startsWith("!"))
    return isStricter(input, said) ? undefined : `refuses JSON, for no rule of its own: ${said}`;
  return isDeepStrictEqual(JSON.parse(said), reference.value) ? undefined : `reads another value: ${said}`;
}

function checkStruct(input: Buffer, output: Buffer): string | undefined {
  const said = output.toString();
  const reference = decodeStruct(input);
  if (!reference) return said.startsWith("!") ? undefined : `accepts what is no Struct: ${said}`;
  if (said.startsWith("!")) return `refuses a Struct: ${said}`;
  return isDeepStrictEqual(JSON.parse(said), reference.value) ? undefined : `reads another value: ${said}`;
}

function checkConfiguration(input: Buffer, output: Buffer): string | undefined {
  const isText = /^[ \t\r\n]*\{/.test(input.toString("latin1"));
  const asJson = isText ? check(input, output) : "no JSON object";
  return asJson === undefined || checkStruct(input, output) === undefined ? undefined : asJson;
}

const STRUCTS = [
  { name: "x", limit: 10, half: -0.5, on: true, off: false, none: null, list: [1, [], {}], in: { a: "é" } },
  Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, `v${i}`])),
  { "": "", long: "x".repeat(300), deep: [[[[[[{ a: [{}] }]]]]]] },
].map(encodeStruct);

const STRUCT_WORDS = ["0a", "12", "0a00", "1200", "1a00", "2a00", "3200", "0800", "2001", "2000"]
  .concat([
    "110000000000000000",
    "11000000000000f07f",
    "11000000000000f87f",
    "0affffffff07",
    "0a8000",
    "808000",
  ])
  .map((hex) => Buffer.from(hex, "hex"));

export const jsonTargets: readonly Target[] = [
  { name: "json", seeds: [...DOCUMENTS, ...NUMBERS], words: JSON_WORDS, check },
  { name: "struct", seeds: STRUCTS, words: STRUCT_WORDS, check: checkStruct },
  {
    name: "configuration",
    seeds: [...STRUCTS, ...DOCUMENTS, '\n{"a":1}', Buffer.concat([Buffer.from("\n"), Buffer.from("{{{")])],
    words: [...STRUCT_WORDS, ...JSON_WORDS],
    check: checkConfiguration,
  },
  {
    name: "quote",
    seeds: ['plain "quoted" \\ \x01\x1f\x7f é \u{1f600}'],
    words: [raw("\xc0"), '"', "\\", "\n", "\x7f"],
    check: (input, output) => differs(decoded(input), Buffer.from(JSON.parse(output.toString()) as string)),
  },
  { name: "misuse", seeds: DOCUMENTS, words: JSON_WORDS },
];

/** What is not UTF-8 as U+FFFD. */
function decoded(bytes: Buffer): Buffer {
  return Buffer.from(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
}
