/** One parser under test. */
export interface Target {
  /** Name of the export, and of the folder in `corpus`. */
  readonly name: string;
  /** Inputs to begin with. */
  readonly seeds: readonly (string | Uint8Array)[];
  /** Pieces that mean something to the parser. */
  readonly words?: readonly (string | Uint8Array)[];
  /** What is wrong with `output`, the answer to `input`, by an independent judgement; undefined when nothing is. */
  check?(input: Buffer, output: Buffer): string | undefined;
}

/** Bytes as a text with one character for each; a seed or word that is a string is UTF-8. */
export function raw(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/** Complains when the answer is not `expected`. */
export function differs(expected: Buffer | string, output: Buffer): string | undefined {
  const wanted = typeof expected === "string" ? Buffer.from(expected, "latin1") : expected;
  if (wanted.equals(output)) return undefined;
  return `expected ${JSON.stringify(wanted.toString("latin1"))}, got ${JSON.stringify(output.toString("latin1"))}`;
}

/** The parts into which targets cut their input (`frame.ts`): one for each NUL, and what is behind the last. */
export function parts(input: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < input.length;) {
    const nul = input.indexOf(0, at);
    const end = nul < 0 ? input.length : nul;
    found.push(input.subarray(at, end));
    at = end + 1;
  }
  return found;
}

/** The first `count` parts, and what is left behind them. */
export function split(input: Buffer, count: number): { readonly first: Buffer[]; readonly rest: Buffer } {
  const first: Buffer[] = [];
  let at = 0;
  for (let left = count; left > 0; left--) {
    const nul = input.indexOf(0, at);
    const end = nul < 0 ? input.length : nul;
    first.push(input.subarray(at, end));
    at = Math.min(end + 1, input.length);
  }
  return { first, rest: input.subarray(at) };
}

/** `null`, or a value behind `=`: what `tell` in `frame.ts` writes. */
export function told(value: Uint8Array | null): Buffer {
  return value ? Buffer.concat([Buffer.from("="), value]) : Buffer.from("null");
}

/** The eight bytes of `input` from `from` on as a signed number; those that are not there count as 0. */
export function number(input: Buffer, from: number): bigint {
  let value = 0n;
  for (let i = 7; i >= 0; i--) value = (value << 8n) | BigInt(input[from + i] ?? 0);
  return BigInt.asIntN(64, value);
}
