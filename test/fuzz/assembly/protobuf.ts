import { ProtobufReader, ProtobufWriter } from "proxy-wasm-as-sdk";
import { input, out } from "./frame";

/** All fields of a message, then whether it was whole, then what it is when it is written again. */
export function protobuf(): void {
  const reader = new ProtobufReader(input);
  const writer = new ProtobufWriter();
  while (reader.next()) {
    out
      .appendDecimal(reader.field)
      .append(" ")
      .appendDecimal(<i64>reader.number)
      .append(" ");
    out.appendHex(reader.bytes).append(" ").appendDecimal(reader.signed);
    out.append(reader.bool ? " true\n" : " false\n");
    if (reader.bytes.length > 0) writer.bytes(reader.field, reader.bytes);
    else writer.varint(reader.field, reader.number).signed(reader.field, reader.signed);
  }
  out.append(reader.isValid ? "+ " : "- ").appendHex(writer.take());
}
