import { Bytes, JsonKind, JsonValue, parseJson } from "proxy-wasm-as-sdk";
import { JsonResult } from "proxy-wasm-as-sdk/assembly/json/result";
import { parseConfiguration, parseStruct } from "proxy-wasm-as-sdk/assembly/json/struct";
import { writeJsonString } from "proxy-wasm-as-sdk/assembly/json/write";
import { input, out } from "./frame";

/** Writes a value again: numbers as the bits of their f64, with their digits when they are integers. */
function write(value: JsonValue): void {
  const kind = value.kind;
  if (kind == JsonKind.Null) out.append("null");
  else if (kind == JsonKind.Bool) out.append(value.bool ? "true" : "false");
  else if (kind == JsonKind.String) writeJsonString(out, value.text);
  else if (kind == JsonKind.Number) {
    out.append('{"f64":"').appendDecimal(reinterpret<i64>(value.number)).append('"');
    if (value.isInteger) out.append(',"i64":"').appendDecimal(value.integer).append('"');
    out.append("}");
  } else {
    writeChildren(value, kind == JsonKind.Object);
  }
}

function writeChildren(value: JsonValue, isObject: bool): void {
  out.append(isObject ? "{" : "[");
  for (let i = 0; i < value.length; i++) {
    if (i > 0) out.append(",");
    const child = value.at(i);
    if (isObject) {
      writeJsonString(out, value.keyAt(i));
      out.append(":");
      const named = value.get(value.keyAt(i));
      if (!named || !child || named.offset != child.offset) out.append("LOST");
    }
    if (child) write(child);
  }
  out.append(isObject ? "}" : "]");
}

/** The document, or `!` and offset, path and error. */
function report(result: JsonResult): void {
  const value = result.value;
  if (value) {
    write(value);
    return;
  }
  out.append("!").appendDecimal(result.offset).append(" ");
  out.append(result.error).append(" ").append(result.path);
}

export function json(): void {
  report(parseJson(input));
}

export function struct(): void {
  report(parseStruct(input));
}

export function configuration(): void {
  report(parseConfiguration(input));
}

/** Any bytes as a JSON string. */
export function quote(): void {
  writeJsonString(out, input);
}

/** Asks every question of values that are something else, or nothing. */
export function misuse(): void {
  const value = parseJson(input).value;
  if (value) askAll(value, 0);
}

function askAll(value: JsonValue, depth: i32): void {
  out.appendDecimal(value.integer).append(value.text).append(value.numberText);
  out.appendByte(<u8>value.bool).appendDecimal(reinterpret<i64>(value.number));
  for (let i = value.length; i >= -1; i--) {
    out.append(value.keyAt(i));
    const child = value.at(i);
    if (child && depth < 40) askAll(child, depth + 1);
  }
  const missing = value.get(Bytes.of("missing"));
  if (missing) out.appendDecimal(missing.length);
}
