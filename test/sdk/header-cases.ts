import type { Field, Step } from "./script.ts";

/** Headers of the requests under test. */
export const REQUEST: Field[] = [
  ["x-t-one", "1"],
  ["x-t-empty", ""],
  ["x-t-two", "a"],
  ["x-t-two", "b"],
];
/** Headers of the responses under test. */
export const RESPONSE: Field[] = [["x-t-up", "u"], ["x-t-empty", ""], ...REQUEST.slice(2)];

/** Control characters that no header value may hold, and DEL. */
const CONTROLS = [...Array.from({ length: 0x20 }, (_, code) => code), 0x7f].filter((code) => code !== 9);

/** Steps on one header map, and what they report. */
export interface Case {
  readonly what: string;
  readonly steps: (map: string) => Step[];
  readonly reports: readonly string[];
}

/** What every header map does while it can be written. */
export const CASES: readonly Case[] = [
  {
    what: "tells absent from empty",
    steps: (map) => [
      ["get", map, "x-t-empty"],
      ["get", map, "x-t-none"],
      ["get", map, "x-t-empty"],
      ["get", map, ""],
    ],
    reports: ["=", "absent", "=", "absent"],
  },
  {
    what: "reads the first of repeated values, or all",
    steps: (map) => [
      ["get", map, "x-t-two"],
      ["getAll", map, "x-t-two"],
      ["get", map, "x-t-two"],
      ["getAll", map, "x-t-none"],
    ],
    reports: ["=a", "2 =a =b", "=a", "0"],
  },
  {
    what: "finds a name however it is written, at every read",
    steps: (map) => [
      ["get", map, "X-T-Two"],
      ["get", map, "X-T-Two"],
      ["getAll", map, "X-T-TWO"],
    ],
    reports: ["=a", "=a", "2 =a =b"],
  },
  {
    what: "sees its own writes",
    steps: (map) => [
      ["get", map, "x-t-new"],
      ["set", map, "x-t-new", "1"],
      ["get", map, "x-t-new"],
      ["set", map, "x-t-new", "2"],
      ["get", map, "x-t-new"],
      ["add", map, "x-t-new", "3"],
      ["getAll", map, "x-t-new"],
      ["remove", map, "x-t-new"],
      ["get", map, "x-t-new"],
      ["set", map, "x-t-new", ""],
      ["get", map, "x-t-new"],
    ],
    reports: ["absent", "Ok", "=1", "Ok", "=2", "Ok", "2 =2 =3", "Ok", "absent", "Ok", "="],
  },
  {
    what: "sets in place of all values and removes all",
    steps: (map) => [
      ["set", map, "x-t-two", "c"],
      ["getAll", map, "x-t-two"],
      ["add", map, "x-t-two", "d"],
      ["remove", map, "x-t-two"],
      ["remove", map, "x-t-two"],
      ["getAll", map, "x-t-two"],
    ],
    reports: ["Ok", "1 =c", "Ok", "Ok", "Ok", "0"],
  },
  {
    what: "keeps bytes beyond ASCII and a tab",
    steps: (map) => [
      ["set", map, "x-t-text", "ä\t€"],
      ["get", map, "x-t-text"],
    ],
    reports: ["Ok", "=ä\t€"],
  },
  {
    what: "refuses control characters in values",
    steps: (map) =>
      CONTROLS.flatMap((code): Step[] => [
        ["set", map, "x-t-bad", `a${String.fromCharCode(code)}b`],
        ["add", map, "x-t-bad", String.fromCharCode(code)],
      ]),
    reports: CONTROLS.flatMap(() => ["BadArgument", "BadArgument"]),
  },
  {
    what: "refuses what is no token as a name",
    steps: (map) =>
      [...CONTROLS, 0x09, 0x20, 0x22, 0x28, 0x2c, 0x2f, 0x3a, 0x40, 0x5b, 0x7b, 0xe4].map((code): Step => {
        const name = `x-t${String.fromCharCode(code)}bad`;
        return [code % 2 === 0 ? "set" : "add", map, name, "1"];
      }),
    reports: Array.from({ length: CONTROLS.length + 11 }, () => "BadArgument"),
  },
  {
    what: "refuses empty names",
    steps: (map) => [
      ["set", map, "", "1"],
      ["add", map, "", "1"],
      ["set", map, ":", "1"],
    ],
    reports: ["BadArgument", "BadArgument", "BadArgument"],
  },
];
