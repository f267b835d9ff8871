import { Bytes, BytesBuilder } from "../../../sdk-shim/assembly/bytes";
import { JsonKind, JsonLimits, JsonResult, JsonValue } from "../../../sdk-shim/assembly/json";
import { parseConfiguration, parseJson, parseStruct, writeJsonString } from "../../../sdk-shim/assembly/json";

/** Writes a value again: numbers as the bits of their f64, or as `i` and digits when they are integers. */
function write(value: JsonValue, out: BytesBuilder): void {
  const kind = value.kind;
  if (kind == JsonKind.Null) out.append("null");
  else if (kind == JsonKind.Bool) out.append(value.bool ? "true" : "false");
  else if (kind == JsonKind.String) writeJsonString(out, value.text);
  else if (kind == JsonKind.Number) {
    out.append('{"f64":"');
    out.appendDecimal(reinterpret<i64>(value.number));
    out.append('"');
    if (value.isInteger) out.append(',"i64":"').appendDecimal(value.integer).append('"');
    out.append("}");
  } else {
    const object = kind == JsonKind.Object;
    out.append(object ? "{" : "[");
    for (let i = 0; i < value.length; i++) {
      if (i > 0) out.append(",");
      const child = value.at(i);
      if (object) {
        writeJsonString(out, value.keyAt(i));
        out.append(":");
        if (!value.get(value.keyAt(i))) out.append("LOST");
      }
      if (child) write(child, out);
    }
    out.append(object ? "}" : "]");
  }
}

function report(result: JsonResult): ArrayBuffer {
  const out = new BytesBuilder();
  const value = result.value;
  if (value) write(value, out);
  else
    out
      .append("!")
      .appendDecimal(result.offset)
      .append(" ")
      .append(result.path)
      .append(" ")
      .append(result.error);
  return out.copy().buffer;
}

export function json(text: ArrayBuffer): ArrayBuffer {
  return report(parseJson(Bytes.fromBuffer(text)));
}

export function limited(text: ArrayBuffer, bytes: i32, depth: i32, values: i32): ArrayBuffer {
  return report(parseJson(Bytes.fromBuffer(text), new JsonLimits(bytes, depth, values)));
}

export function struct(bytes: ArrayBuffer): ArrayBuffer {
  return report(parseStruct(Bytes.fromBuffer(bytes)));
}

export function configuration(bytes: ArrayBuffer): ArrayBuffer {
  return report(parseConfiguration(Bytes.fromBuffer(bytes)));
}

export function quote(text: ArrayBuffer): ArrayBuffer {
  const out = new BytesBuilder();
  writeJsonString(out, Bytes.fromBuffer(text));
  return out.copy().buffer;
}

/** Parses `times` times: for measuring. */
export function repeat(text: ArrayBuffer, times: i32): i32 {
  let count = 0;
  for (let i = 0; i < times; i++) {
    const value = parseJson(Bytes.fromBuffer(text)).value;
    if (value) count += value.length;
  }
  return count;
}

/** A safe reading of things that are not there; returns a digest of what came. */
export function misuse(text: ArrayBuffer): f64 {
  const value = parseJson(Bytes.fromBuffer(text)).value;
  if (!value) return -1;
  let sum: f64 = 0;
  for (let i = -2; i < 4; i++) {
    const child = value.at(i);
    sum += (child ? child.offset + 1 : 0) + value.keyAt(i).length;
  }
  if (value.get(Bytes.of("missing"))) sum += 1000;
  return sum + value.number + <f64>value.integer + value.text.length + value.length + (value.bool ? 1 : 0);
}
