import type { HttpRequest } from "../model/index.ts";
import type { WholeFetchOptions } from "./host.ts";
import { bodyBytes, headerList } from "./messages.ts";

/** A request as `host.fetch(path, options)` takes it. */
export type FetchRequest = { readonly path: string } & WholeFetchOptions;

/** What requests are made of good ones. */
export interface MutationOptions {
  /** Requests that reach what is to be tested; each mutation begins at one of them. */
  readonly from: readonly FetchRequest[];
  /** The same seed gives the same requests on every machine. */
  readonly seed: number;
  /** Texts that mean something to the filter, put in here and there beside those that parsers stumble over. */
  readonly words?: readonly string[];
}

/** A repeatable source of whole numbers from 0 up to `below` (mulberry32). */
export type RandomNumbers = (below: number) => number;

/** Numbers that depend on `seed` alone. */
export function randomNumbers(seed: number): RandomNumbers {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Pieces that parsers of headers, tokens, cookies, JSON and paths stumble over. */
const HOSTILE: readonly string[] = [
  ...[...' \t,;="\\./%?#{}[]:&+-$'],
  ...["", "..", "//", "%2e", "%2f", "%5c", "%00", "%zz", "%25", "${", "$$", "&&", "\r", "\n", "\0"],
  ...["Bearer ", "bearer", "Basic ", "eyJ", "e30", "e30.e30.e30", "{}", "[]", "null", "true", "\\u0000"],
  ...["-1", "0", "1e400", "NaN", "4294967296", "9223372036854775808", "999999999999999999999"],
  ...["\x80", "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "é", "a".repeat(300)],
];
/** What HTTP cannot carry in a header, or in a path (RFC 9110 section 5.5, RFC 9112 section 3.2): no proxy lets it in. */
const NOT_IN_HEADERS = /[\0-\x08\n-\x1f\x7f]/g;
const NOT_IN_PATHS = /[\0-\x20\x7f]/g;
const LONGEST = 20_000;
const METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PATCH", "DELETE", "X"];

type Mutator = (text: string, random: RandomNumbers, words: readonly string[]) => string;

const MUTATORS: readonly Mutator[] = [
  (text, random) => replaceAt(text, random(text.length + 1), 1, String.fromCharCode(random(256))),
  (text, random, words) => replaceAt(text, random(text.length + 1), 0, words[random(words.length)] ?? ""),
  (text, random) => replaceAt(text, random(text.length + 1), 1 + random(8), ""),
  (text, random) => text.slice(0, random(text.length + 1)),
  (text, random) => text + text.slice(random(text.length + 1)),
  (text, random) => text.repeat(1 + random(40)).slice(0, LONGEST),
  (text) => text.split("").reverse().join(""),
];

/**
 * Mutation number `index` of a series: one of the requests with one to four changes to its path, method, headers or body.
 * It depends on the options and the number alone, so it can be made again without those before it.
 *
 * @throws RangeError if there is nothing to begin at
 */
export function mutation({ from, seed, words = [] }: MutationOptions, index: number): FetchRequest {
  const random = randomNumbers(seed + Math.imul(index, 0x9e3779b1));
  const start = from[random(from.length)];
  if (!start) throw new RangeError("from: give at least one request to mutate");
  const { method = "GET", path, headers, body } = start;
  const message = { method, path, headers: headerList(headers), body: bodyBytes(body) };
  return { ...start, ...mutate(message, random, words) };
}

type Mutable = Pick<HttpRequest, "body" | "headers" | "method" | "path">;

/** `message` with one to four changes. */
export function mutate(message: Mutable, random: RandomNumbers, words: readonly string[] = []): Mutable {
  const pieces = [...HOSTILE, ...words];
  const change = (text: string): string =>
    (MUTATORS[random(MUTATORS.length)] as Mutator)(text, random, pieces);
  let { path, method } = message;
  let body = Buffer.from(message.body).toString("latin1");
  const headers = message.headers.map(([name, value]): [string, string] => [name, value]);
  for (let left = 1 + random(4); left > 0; left--) {
    const target = random(headers.length + 4);
    const header = headers[target];
    if (header && random(4) === 0) headers.push([header[0], change(header[1])]);
    else if (header) header[1] = change(header[1]);
    else if (target === headers.length) path = `/${change(path.slice(1))}`;
    else if (target === headers.length + 1) headers.splice(random(headers.length + 1), 1);
    else if (target === headers.length + 2) body = change(body);
    else method = METHODS[random(METHODS.length)] ?? method;
  }
  return {
    path: path.replace(NOT_IN_PATHS, "%20"),
    method,
    headers: headers.map(([name, value]) => [name, value.replace(NOT_IN_HEADERS, " ")]),
    body: Buffer.from(body, "latin1"),
  };
}

function replaceAt(text: string, at: number, length: number, by: string): string {
  return text.slice(0, at) + by + text.slice(at + length);
}
