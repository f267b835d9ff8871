import { Bytes, BytesBuilder } from "../../../sdk-shim/assembly/bytes";
import { ProtobufReader, ProtobufWriter } from "../../../sdk-shim/assembly/protobuf";

/** What `message` holds: `field:number:hex ` for each, and "malformed" when it ends so. */
export function fields(message: ArrayBuffer): string {
  const reader = new ProtobufReader(Bytes.fromBuffer(message));
  let text = "";
  while (reader.next()) {
    const bytes = new BytesBuilder().appendHex(reader.bytes).take().toString();
    text += reader.field.toString() + ":" + reader.number.toString() + ":" + bytes + " ";
  }
  return reader.isValid ? text : text + "malformed";
}

/** The value of the last field as each type. */
export function typed(message: ArrayBuffer): string {
  const reader = new ProtobufReader(Bytes.fromBuffer(message));
  let text = "";
  while (reader.next()) {
    text = reader.bool ? "true" : "false";
    text += " " + reader.double.toString() + " " + reader.float.toString() + " " + reader.signed.toString();
  }
  return text;
}

/** A message with a field of every type, around `bytes`. */
export function written(bytes: ArrayBuffer, number: string): ArrayBuffer {
  const value = U64.parseInt(number);
  const content = Bytes.fromBuffer(bytes);
  const inner = new ProtobufWriter().bytes(1, content).varint(2, value);
  const writer = new ProtobufWriter()
    .varint(1, value)
    .bytes(2, content)
    .bytes(3, "ä")
    .bool(4, true)
    .bool(5, false)
    .double(6, 1.5)
    .signed(7, -(<i64>value))
    .inner(8, inner)
    .varint(536870911, 1);
  return writer.take().copy().buffer;
}

/** Number of bytes that a field takes whose value is null. */
export function absent(): string {
  return new ProtobufWriter().bytes<Bytes | null>(1, null).take().length.toString();
}
