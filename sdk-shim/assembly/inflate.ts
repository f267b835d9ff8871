import { Bytes, allocateBuffer } from "./bytes";
import { HuffmanCode } from "./huffman";

const STORED: u32 = 0;
const FIXED: u32 = 1;
const DYNAMIC: u32 = 2;
const END_OF_BLOCK: i32 = 256;
const MAX_LITERALS: i32 = 286;
const MAX_DISTANCES: i32 = 30;
const FIRST_ROOM: i32 = 1024;
/** What a code length can say: a length, or 16 to 18, which repeat one. */
const LENGTH_SYMBOLS: i32 = 19;
const ADLER_MODULUS: u32 = 65521;
/** As many bytes can be summed up before 32 bits overflow. */
const ADLER_RUN: i32 = 5552;

/** Tables of RFC 1951 3.2.5 and 3.2.7: first values, and how many more bits follow. */
// @ts-ignore: decorator
@lazy
const LENGTH_BASE: usize = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
]);
// @ts-ignore: decorator
@lazy
const LENGTH_BITS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);
// @ts-ignore: decorator
@lazy
const DISTANCE_BASE: usize = memory.data<u16>([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
]);
// @ts-ignore: decorator
@lazy
const LENGTH_ORDER: usize = memory.data<u8>([
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
]);

/**
 * What the zlib stream `data` holds (RFC 1950, RFC 1951). Null when it is none, and as soon as it holds more than `limit`
 * bytes: no more than those are ever made. What stands behind the stream is ignored.
 */
export function inflate(data: Bytes, limit: i32): Bytes | null {
  return data.length < 6 || limit < 0 ? null : new Inflater(data, limit).run();
}

/** One stream. After the first thing that is wrong nothing counts any more. */
@final
class Inflater {
  private readonly end: i32;
  /** Bits that were read and not yet used, the next one lowest. */
  private held: u64 = 0;
  private count: u32 = 0;
  private at: i32 = 2;
  private out: ArrayBuffer;
  private room: i32;
  private size: i32 = 0;
  private isWrong: bool = false;
  private readonly lengths: StaticArray<u8> = new StaticArray<u8>(MAX_LITERALS + MAX_DISTANCES + 2);
  private readonly literals: HuffmanCode = new HuffmanCode(288);
  private readonly distances: HuffmanCode = new HuffmanCode(32);
  /** Whether the codes are those that need no description: blocks of them may be ten bits long, so they are kept. */
  private isFixed: bool = false;

  constructor(
    private readonly data: Bytes,
    private readonly limit: i32,
  ) {
    const room = min(limit, max(2 * data.length, FIRST_ROOM));
    this.end = data.length;
    this.room = room;
    this.out = allocateBuffer(room);
  }

  run(): Bytes | null {
    const head = ((<u32>this.data.at(0)) << 8) | this.data.at(1);
    // Deflate with a window of up to 32 KiB, and no dictionary that both sides know.
    if ((head & 0x0f00) != 0x0800 || head >> 12 > 7 || (head & 0x20) != 0 || head % 31 != 0) return null;
    let isLast = false;
    while (!isLast) {
      isLast = this.bits(1) != 0;
      const kind = this.bits(2);
      if (kind == STORED) this.copyStored();
      else if (kind > DYNAMIC || !(kind == FIXED ? this.readFixed() : this.readCodes())) return null;
      else this.copyBlock();
      if (this.isWrong) return null;
    }
    return this.isSumRight() ? new Bytes(this.out, 0, this.size) : null;
  }

  /** The next `count` bits, up to 16; what is not there is wrong. */
  private bits(count: u32): u32 {
    this.fill();
    const value = (<u32>this.held) & ((1 << count) - 1);
    this.skip(count);
    return value;
  }

  private fill(): void {
    while (this.count <= 56 && this.at < this.end) {
      this.held |= (<u64>load<u8>(this.data.ptr + this.at++)) << this.count;
      this.count += 8;
    }
  }

  private skip(count: u32): void {
    if (count > this.count) {
      this.isWrong = true;
      return;
    }
    this.held >>= count;
    this.count -= count;
  }

  private symbol(code: HuffmanCode): i32 {
    this.fill();
    const found = code.find(<u32>this.held);
    this.skip(found & 15);
    if (found == 0) this.isWrong = true;
    return found >> 4;
  }

  private copyStored(): void {
    this.skip(this.count & 7);
    const length = this.bits(16);
    if ((length ^ this.bits(16)) != 0xffff || this.isWrong) {
      this.isWrong = true;
      return;
    }
    // Whole bytes are held: they go back.
    this.at -= this.count >> 3;
    this.count = 0;
    this.held = 0;
    if (<i32>length > this.end - this.at || !this.makeRoom(length)) {
      this.isWrong = true;
      return;
    }
    memory.copy(this.target, this.data.ptr + this.at, length);
    this.at += length;
    this.size += length;
  }

  /** The codes that need no description. */
  private readFixed(): bool {
    if (this.isFixed) return true;
    this.isFixed = true;
    const lengths = this.lengths;
    for (let i = 0; i < 288; i++) unchecked((lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
    this.literals.build(lengths, 0, 288);
    for (let i = 0; i < 32; i++) unchecked((lengths[i] = 5));
    return this.distances.build(lengths, 0, 32);
  }

  /** The codes that a block describes; false when they are none. */
  private readCodes(): bool {
    this.isFixed = false;
    const lengths = this.lengths;
    const literals = <i32>this.bits(5) + 257;
    const distances = <i32>this.bits(5) + 1;
    const count = <i32>this.bits(4) + 4;
    if (literals > MAX_LITERALS || distances > MAX_DISTANCES) return false;
    for (let i = 0; i < LENGTH_SYMBOLS; i++) {
      const length = i < count ? this.bits(3) : 0;
      unchecked((lengths[load<u8>(LENGTH_ORDER + i)] = <u8>length));
    }
    const code = this.literals;
    if (!code.build(lengths, 0, LENGTH_SYMBOLS) || code.isPartial) return false;
    let i = 0;
    while (i < literals + distances) {
      const symbol = this.symbol(code);
      if (this.isWrong) return false;
      if (symbol < 16) {
        unchecked((lengths[i++] = <u8>symbol));
        continue;
      }
      if (symbol == 16 && i == 0) return false;
      const length: u8 = symbol == 16 ? unchecked(lengths[i - 1]) : 0;
      let times = symbol == 16 ? 3 + this.bits(2) : symbol == 17 ? 3 + this.bits(3) : 11 + this.bits(7);
      if (i + <i32>times > literals + distances) return false;
      while (times-- > 0) unchecked((lengths[i++] = length));
    }
    if (this.isWrong || unchecked(lengths[END_OF_BLOCK]) == 0) return false;
    return this.literals.build(lengths, 0, literals) && this.distances.build(lengths, literals, distances);
  }

  private copyBlock(): void {
    while (!this.isWrong) {
      const symbol = this.symbol(this.literals);
      if (symbol == END_OF_BLOCK) return;
      if (symbol < END_OF_BLOCK) {
        if (this.isWrong || !this.makeRoom(1)) break;
        store<u8>(this.target, symbol);
        this.size++;
      } else if (!this.copyBack(symbol - END_OF_BLOCK - 1)) break;
    }
    this.isWrong = true;
  }

  /** Repeats what was there before; `symbol` says how much. */
  private copyBack(symbol: i32): bool {
    if (symbol > 28) return false;
    const length = load<u16>(LENGTH_BASE + (symbol << 1)) + this.bits(load<u8>(LENGTH_BITS + symbol));
    const near = this.symbol(this.distances);
    if (near >= MAX_DISTANCES) return false;
    const distance = load<u16>(DISTANCE_BASE + (near << 1)) + this.bits(near < 2 ? 0 : (near >> 1) - 1);
    if (this.isWrong || <i32>distance > this.size || !this.makeRoom(length)) return false;
    const target = this.target;
    // The two may overlap: then what was just written is repeated.
    if (distance >= length) memory.copy(target, target - distance, length);
    else for (let i: usize = 0; i < length; i++) store<u8>(target + i, load<u8>(target + i - distance));
    this.size += length;
    return true;
  }

  private get target(): usize {
    return changetype<usize>(this.out) + this.size;
  }

  /** Room for `length` more bytes; false beyond the limit. */
  private makeRoom(length: i32): bool {
    if (length <= this.room - this.size) return true;
    if (length > this.limit - this.size) return false;
    this.room = <i32>min<i64>(this.limit, max<i64>(2 * <i64>this.room, <i64>this.size + length));
    const larger = allocateBuffer(this.room);
    memory.copy(changetype<usize>(larger), changetype<usize>(this.out), this.size);
    this.out = larger;
    return true;
  }

  /** Whether the checksum behind the last block is that of the output (Adler-32, RFC 1950 8.2). */
  private isSumRight(): bool {
    this.skip(this.count & 7);
    const first = (this.bits(8) << 24) | (this.bits(8) << 16) | (this.bits(8) << 8) | this.bits(8);
    if (this.isWrong) return false;
    let a: u32 = 1;
    let b: u32 = 0;
    let at = changetype<usize>(this.out);
    for (let left = this.size; left > 0; left -= ADLER_RUN) {
      for (let end = at + min(left, ADLER_RUN); at < end; at++) {
        a += load<u8>(at);
        b += a;
      }
      a %= ADLER_MODULUS;
      b %= ADLER_MODULUS;
    }
    return first == ((b << 16) | a);
  }
}
