import type { RandomNumbers } from "../../harness/src/testing/mutations.ts";

/** A whole number from 0 to below its argument. */
export type Random = RandomNumbers;

const MAX_LENGTH = 4096;
const MAX_ROUNDS = 4;
const INTERESTING = [
  0, 1, 2, 7, 8, 16, 32, 63, 64, 100, 127, 128, 255, 256, 1023, 1024, 1025, 32_767, 65_535,
];
const WIDE = [-1, -2, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 4, 2 ** 30, 2 ** 28, 2 ** 24 + 1];

/** What mutators draw from. */
export interface Pool {
  readonly random: Random;
  /** Pieces that mean something to the target. */
  readonly words: readonly Uint8Array[];
  /** Another input that is known to be of interest. */
  other(): Uint8Array;
}

type Mutator = (input: Uint8Array, pool: Pool) => Uint8Array;

/** Puts `by` in the place of the `length` bytes at `at`. */
function replace(input: Uint8Array, at: number, length: number, by: Uint8Array): Uint8Array {
  return Buffer.concat([input.subarray(0, at), by, input.subarray(Math.min(at + length, input.length))]);
}

function changed(input: Uint8Array, { random }: Pool, change: (byte: number) => number): Uint8Array {
  if (input.length === 0) return input;
  const at = random(input.length);
  return replace(input, at, 1, Uint8Array.of(change(input[at] ?? 0)));
}

/** A piece of `input`: where it begins and how long it is. */
function piece(input: Uint8Array, random: Random): [at: number, length: number] {
  const at = random(input.length + 1);
  const longest = random(4) === 0 ? input.length - at : Math.min(input.length - at, 16);
  return [at, random(longest + 1)];
}

const MUTATORS: readonly Mutator[] = [
  (input, pool) => changed(input, pool, (byte) => byte ^ (1 << pool.random(8))),
  (input, pool) => changed(input, pool, () => pool.random(256)),
  (input, pool) => changed(input, pool, (byte) => byte + pool.random(9) - 4),
  (input, { random }) => replace(input, random(input.length + 1), 0, Uint8Array.of(random(256))),
  (input, { random }) => replace(input, ...piece(input, random), new Uint8Array()),
  (input, { random }) => {
    const [at, length] = piece(input, random);
    const part = input.subarray(at, at + length);
    const times = random(8) === 0 ? 1 + random(40) : 1;
    return replace(input, at, 0, Buffer.concat(Array.from({ length: times }, () => part)));
  },
  (input, { random }) => input.subarray(0, random(input.length + 1)),
  (input, { random }) => {
    const number = Buffer.alloc(4);
    if (random(2) === 0) number.writeUInt32LE(INTERESTING[random(INTERESTING.length)] ?? 0);
    else number.writeUInt32LE((WIDE[random(WIDE.length)] ?? 0) >>> 0);
    const size = [1, 2, 4][random(3)] ?? 4;
    return replace(input, random(input.length + 1), size, number.subarray(0, size));
  },
  (input, pool) => {
    const other = pool.other();
    const [from, length] = piece(other, pool.random);
    const [at, replaced] = piece(input, pool.random);
    return replace(input, at, replaced, other.subarray(from, from + length));
  },
  (input, pool) => {
    const other = pool.other();
    return Buffer.concat([
      input.subarray(0, pool.random(input.length + 1)),
      other.subarray(pool.random(other.length + 1)),
    ]);
  },
];

const insertWord: Mutator = (input, { random, words }) => {
  const word = words[random(words.length)] ?? new Uint8Array();
  const [at, length] = random(2) === 0 ? [random(input.length + 1), 0] : piece(input, random);
  return replace(input, at, length, word);
};

/** `input` with one to four random changes, at most 4096 bytes long. */
export function mutate(input: Uint8Array, pool: Pool): Uint8Array {
  const { random, words } = pool;
  let mutated = input;
  for (let left = 1 + random(MAX_ROUNDS); left > 0; left--) {
    const isWord = words.length > 0 && random(4) === 0;
    const mutator = isWord ? insertWord : (MUTATORS[random(MUTATORS.length)] as Mutator);
    mutated = mutator(mutated, pool).subarray(0, MAX_LENGTH);
  }
  return mutated;
}
