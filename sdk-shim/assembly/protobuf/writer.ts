import { Bytes, BytesBuilder } from "../bytes";
import { bytesOf } from "../text";
import { WireType } from "./wire";

/**
 * Writes a message of protobuf field by field; every call returns the writer, for chains. Fields with their default
 * value need not be written. https://protobuf.dev/programming-guides/encoding/
 *
 * @example
 * ```ts
 * export function greeting(name: Bytes): Bytes {
 *   return new ProtobufWriter().bytes(1, name).bool(2, true).varint(3, 42).take();
 * }
 * ```
 */
@final
export class ProtobufWriter {
  private readonly message: BytesBuilder = new BytesBuilder();

  /** Writes an integer or an enum; negative ones as the 64 bits that they are. */
  varint(field: u32, value: u64): this {
    this.tag(field, WireType.Varint);
    this.appendVarint(value);
    return this;
  }

  /** Writes an sint32 or sint64. */
  signed(field: u32, value: i64): this {
    return this.varint(field, (<u64>(value << 1)) ^ (<u64>(value >> 63)));
  }

  /** Writes a bool. */
  bool(field: u32, value: bool): this {
    return this.varint(field, <u64>value);
  }

  /** Writes a double. */
  double(field: u32, value: f64): this {
    this.tag(field, WireType.Fixed64);
    const bits = reinterpret<u64>(value);
    for (let shift: u64 = 0; shift < 64; shift += 8) this.message.appendByte(<u8>(bits >> shift));
    return this;
  }

  /** Writes text or bytes, from a string or Bytes. */
  bytes<T>(field: u32, value: T): this {
    return this.content(field, bytesOf<T>(value));
  }

  /** Writes what `writer` has written as a message inside this one. */
  inner(field: u32, writer: ProtobufWriter): this {
    return this.content(field, writer.message.view());
  }

  /** Hands over the message; the writer is empty afterwards. */
  take(): Bytes {
    return this.message.take();
  }

  private content(field: u32, value: Bytes): this {
    this.tag(field, WireType.Bytes);
    this.appendVarint(value.length);
    this.message.append(value);
    return this;
  }

  private tag(field: u32, type: WireType): void {
    this.appendVarint(((<u64>field) << 3) | (<u64>type));
  }

  private appendVarint(value: u64): void {
    for (; value >= 0x80; value >>= 7) this.message.appendByte(<u8>(value | 0x80));
    this.message.appendByte(<u8>value);
  }
}
