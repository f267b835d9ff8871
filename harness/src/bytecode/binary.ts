/** A section of a module: its number and where its content begins and ends. */
export interface Section {
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

/** Kinds of imports and exports (WebAssembly core specification 5.5.5). */
export const FUNCTION = 0;
export const TABLE = 1;
export const MEMORY = 2;
export const GLOBAL = 3;

/** Numbers of sections (core specification 5.5.2). */
export const IMPORTS = 2;
export const MEMORIES = 5;
export const GLOBALS = 6;
export const EXPORTS = 7;
export const CODE = 10;

const HEADER_BYTES = 8;
const HAS_MEMORY_INDEX = 0x40;
const TRY_TABLE = 0x1f;
const CATCH_TAGGED = 2;

/** Reads the binary format of WebAssembly from `at` on. Throws RangeError where the bytes end too early. */
export class Reader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new RangeError("the module ends in the middle of an instruction");
    return value;
  }

  /** An unsigned number of up to 32 bits (LEB128). */
  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  /** Passes numbers in LEB128, of whatever size and sign. */
  skipNumbers(count: number): void {
    for (let left = count; left > 0; left--) while (this.byte() >= 128);
  }
}

/** `value`, a whole number that is not negative, as unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

/** `value`, not negative, as signed LEB128. */
export function signed(value: number): number[] {
  const bytes = unsigned(value);
  const last = bytes.length - 1;
  if (bytes[last]! < 64) return bytes;
  bytes[last]! |= 128;
  return [...bytes, 0];
}

/** The sections of `module` in their order. Throws RangeError when it is no module. */
export function sectionsOf(module: Uint8Array): Section[] {
  if (Buffer.from(module.subarray(0, HEADER_BYTES)).toString("hex") !== "0061736d01000000")
    throw new RangeError("not a WebAssembly module of version 1");
  const reader = new Reader(module, HEADER_BYTES);
  const sections: Section[] = [];
  while (reader.at < module.length) {
    const id = reader.byte();
    const length = reader.unsigned();
    sections.push({ id, from: reader.at, to: reader.at + length });
    reader.at += length;
  }
  return sections;
}

/** Passes one instruction (core specification 5.4); returns its first byte. Throws RangeError for an unknown one. */
export function skipInstruction(reader: Reader): number {
  const code = reader.byte();
  if (code >= 0x28 && code <= 0x3e) skipMemoryArgument(reader);
  else if (code === 0xfc) skipPrefixed(reader);
  else if (code === 0xfd) skipVector(reader);
  else if (code === 0xfe) skipAtomic(reader);
  else if (code === TRY_TABLE) skipTryTable(reader);
  else if (code === 0x0e) reader.skipNumbers(reader.unsigned() + 1);
  else if (code === 0x1c) reader.skipNumbers(reader.unsigned());
  else if (code === 0x43) reader.at += 4;
  else if (code === 0x44) reader.at += 8;
  else reader.skipNumbers(immediates(code));
  return code;
}

/** How many numbers follow a one-byte instruction. */
function immediates(code: number): number {
  if (code === 0x11 || code === 0x13) return 2;
  const isBranch = (code >= 0x02 && code <= 0x04) || code === 0x0c || code === 0x0d;
  const isCall = code === 0x10 || code === 0x12 || code === 0x14 || code === 0x15;
  // try, catch, throw, rethrow, delegate; without a number: throw_ref, catch_all.
  const isException = (code >= 0x06 && code <= 0x09) || code === 0x18;
  const isVariable = code >= 0x20 && code <= 0x26;
  const isReference = code === 0xd0 || code === 0xd2;
  if (isException) return 1;
  if (isBranch || isCall || isVariable || isReference || (code >= 0x3f && code <= 0x42)) return 1;
  const isPlain = [0x00, 0x01, 0x05, 0x0a, 0x0b, 0x0f, 0x19, 0x1a, 0x1b, 0xd1].includes(code);
  if (isPlain || (code >= 0x45 && code <= 0xc4)) return 0;
  throw new RangeError(`unknown instruction 0x${code.toString(16)}`);
}

function skipMemoryArgument(reader: Reader): void {
  const flags = reader.unsigned();
  reader.skipNumbers((flags & HAS_MEMORY_INDEX) === 0 ? 1 : 2);
}

/** Conversions without traps, and bulk operations on memories and tables. */
function skipPrefixed(reader: Reader): void {
  const code = reader.unsigned();
  if (code > 17) throw new RangeError(`unknown instruction 0xfc ${code}`);
  if (code >= 8) reader.skipNumbers([8, 10, 12, 14].includes(code) ? 2 : 1);
}

function skipVector(reader: Reader): void {
  const code = reader.unsigned();
  const isLaneAccess = code >= 84 && code <= 91;
  if (code <= 11 || isLaneAccess || code === 92 || code === 93) skipMemoryArgument(reader);
  if (code === 12 || code === 13) reader.at += 16;
  if ((code >= 21 && code <= 34) || isLaneAccess) reader.at++;
}

/** Threads: all but the fence have a memory argument. */
function skipAtomic(reader: Reader): void {
  if (reader.unsigned() === 3) reader.byte();
  else skipMemoryArgument(reader);
}

/** A block and its handlers, half of which name a tag. */
function skipTryTable(reader: Reader): void {
  reader.skipNumbers(1);
  for (let left = reader.unsigned(); left > 0; left--)
    reader.skipNumbers(reader.byte() < CATCH_TAGGED ? 2 : 1);
}
