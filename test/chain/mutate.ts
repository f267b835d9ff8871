import type { HeaderList } from "../../harness/src/model/index.ts";

/** A request reduced to what mutation changes. */
export interface Seed {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderList;
}

/** A repeatable source of numbers (mulberry32): the same seed gives the same requests on every machine. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Pieces that parsers of headers, tokens, cookies and paths stumble over. */
const HOSTILE = [
  ...[
    "",
    " ",
    "\t",
    ",",
    ";",
    "=",
    '"',
    "\\",
    ".",
    "..",
    "/",
    "//",
    "%",
    "%2e",
    "%2f",
    "%5c",
    "%00",
    "%zz",
    "?",
    "#",
  ],
  ...[
    "Bearer ",
    "bearer",
    "Basic ",
    "eyJ",
    "e30",
    "e30.e30.e30",
    "{}",
    "null",
    "-1",
    "1e400",
    "NaN",
    "999999999999999999999",
  ],
  ...[
    "\x80",
    "\xff",
    "\xc0\xaf",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "é",
    "${",
    "}",
    "$$",
    "canary",
    "stable",
    "v1.",
    "a".repeat(300),
  ],
];

type Random = (below: number) => number;
type Mutator = (text: string, random: Random) => string;

const MUTATORS: readonly Mutator[] = [
  (text, random) => replaceAt(text, random(text.length + 1), 1, String.fromCharCode(random(256))),
  (text, random) => replaceAt(text, random(text.length + 1), 0, HOSTILE[random(HOSTILE.length)] ?? ""),
  (text, random) => replaceAt(text, random(text.length + 1), 1 + random(8), ""),
  (text, random) => text.slice(0, random(text.length + 1)),
  (text, random) => text + text.slice(random(text.length + 1)),
  (text, random) => text.repeat(1 + random(40)).slice(0, 20_000),
  (text) => text.split("").reverse().join(""),
];

/** `seed` with one to four random changes to its path, method or headers. */
export function mutate(seed: Seed, random: Random): Seed {
  let { method, path } = seed;
  const headers = seed.headers.map(([name, value]) => [name, value] as [string, string]);
  for (let left = 1 + random(4); left > 0; left--) {
    const mutator = MUTATORS[random(MUTATORS.length)] as Mutator;
    const target = random(headers.length + 3);
    const header = headers[target];
    if (header && random(4) === 0) headers.push([header[0], mutator(header[1], random)]);
    else if (header) header[1] = mutator(header[1], random);
    else if (target === headers.length) path = `/${mutator(path.slice(1), random)}`;
    else if (target === headers.length + 1) headers.splice(random(headers.length + 1), 1);
    else method = ["GET", "POST", "HEAD", "OPTIONS", "PATCH", "X"][random(6)] ?? method;
  }
  return { method, path, headers };
}

function replaceAt(text: string, at: number, length: number, by: string): string {
  return text.slice(0, at) + by + text.slice(at + length);
}
