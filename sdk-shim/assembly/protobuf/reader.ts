import { Bytes } from "../bytes";
import { MAX_FIELD, WireType } from "./wire";

/**
 * Reads the fields of a message of protobuf one after the other, in place. What is malformed ends it with `isValid`
 * false; nothing traps. Fields come in any order and number: the last value of one that may stand once counts.
 * https://protobuf.dev/programming-guides/encoding/
 *
 * @example
 * ```ts
 * export function nameIn(message: Bytes): Bytes | null {
 *   const reader = new ProtobufReader(message);
 *   let name = Bytes.EMPTY;
 *   while (reader.next()) if (reader.field == 1) name = reader.bytes;
 *   return reader.isValid ? name : null;
 * }
 * ```
 */
@final
export class ProtobufReader {
  /** Number of the field that `next` has read; 0 before the first and after the last. */
  field: u32 = 0;
  /** Its value if it is an integer, an enum, a bool or of fixed size (the bits of it); else 0. */
  number: u64 = 0;
  /** Its value if it is text, bytes or a message, a view; else empty. */
  bytes: Bytes = Bytes.EMPTY;
  /** False once something malformed was met: what was read before may be wrong too. */
  isValid: bool = true;
  private at: i32 = 0;

  /** To read `message` from its beginning. */
  constructor(private readonly message: Bytes) {}

  /** Reads the next field; false at the end and at something malformed. */
  next(): bool {
    this.field = 0;
    this.number = 0;
    this.bytes = Bytes.EMPTY;
    if (!this.isValid || this.at >= this.message.length) return false;
    this.isValid = this.readField();
    return this.isValid;
  }

  /** Whether the value, a bool, is true. */
  get bool(): bool {
    return this.number != 0;
  }

  /** The value, a double. */
  get double(): f64 {
    return reinterpret<f64>(this.number);
  }

  /** The value, a float. */
  get float(): f32 {
    return reinterpret<f32>(<u32>this.number);
  }

  /** The value, a sint32 or sint64. */
  get signed(): i64 {
    return (<i64>(this.number >> 1)) ^ -(<i64>(this.number & 1));
  }

  private readField(): bool {
    if (!this.readVarint()) return false;
    const tag = this.number;
    const field = tag >> 3;
    if (field == 0 || field > MAX_FIELD) return false;
    this.number = 0;
    if (!this.readValue(<WireType>(<i32>(tag & 7)))) return false;
    this.field = <u32>field;
    return true;
  }

  private readValue(type: WireType): bool {
    if (type == WireType.Varint) return this.readVarint();
    const left = this.message.length - this.at;
    const start = this.message.ptr + <usize>this.at;
    if (type == WireType.Fixed64) {
      if (left < 8) return false;
      this.number = load<u64>(start);
      this.at += 8;
    } else if (type == WireType.Fixed32) {
      if (left < 4) return false;
      this.number = load<u32>(start);
      this.at += 4;
    } else {
      return type == WireType.Bytes && this.readBytes();
    }
    return true;
  }

  private readBytes(): bool {
    if (!this.readVarint()) return false;
    const size = this.number;
    this.number = 0;
    if (size > <u64>(this.message.length - this.at)) return false;
    this.bytes = this.message.slice(this.at, this.at + <i32>size);
    this.at += <i32>size;
    return true;
  }

  /** At most ten bytes, of which the last gives one bit. */
  private readVarint(): bool {
    let value: u64 = 0;
    for (let shift: u64 = 0; shift < 70 && this.at < this.message.length; shift += 7) {
      const byte: u64 = this.message.at(this.at++);
      if (shift == 63 && byte > 1) return false;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.number = value;
        return true;
      }
    }
    return false;
  }
}
