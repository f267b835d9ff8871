import { Bytes, BytesBuilder, Headers, getProperty, sourceAddress } from "proxy-wasm-as-sdk";
import { KeyPart, Missing, Source } from "./key-config";

const COLON: u8 = 0x3a;

/** What came of reading a key. */
export enum KeyState {
  /** `RequestKey.bytes` holds it. */
  Present,
  /** The limit does not apply. */
  Skipped,
  /** The request is to be answered like one over the limit. */
  Denied,
}

const bytes = new BytesBuilder(256);

/**
 * Reads the key of a request for one limit. Every part is written as the number of its values and each of them behind
 * its length, so that no content of one part can be mistaken for another.
 */
export function readRequestKey(parts: Array<KeyPart>, headers: Headers): KeyState {
  bytes.clear();
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (appendPart(part, headers)) continue;
    if (part.missing == Missing.Empty) bytes.append("0;");
    else return part.missing == Missing.Deny ? KeyState.Denied : KeyState.Skipped;
  }
  return KeyState.Present;
}

/** The key read last; valid until the next one is read. */
export function requestKey(): Bytes {
  return bytes.view();
}

/** Appends the values of `part`; false and nothing when there are none, or only empty ones. */
function appendPart(part: KeyPart, headers: Headers): bool {
  if (part.source == Source.Header) return appendAll(headers.getAll(part.name));
  if (part.source == Source.Constant) return appendOne(part.name);
  const value = part.source == Source.Address ? sourceAddress() : getProperty(part.name);
  return value ? appendOne(value) : false;
}

function appendOne(value: Bytes): bool {
  if (value.length == 0) return false;
  bytes.append("1;");
  appendValue(value);
  return true;
}

function appendAll(values: Array<Bytes>): bool {
  let size = 0;
  for (let i = 0; i < values.length; i++) size += values[i].length;
  if (size == 0) return false;
  bytes.appendDecimal(values.length).appendByte(0x3b);
  for (let i = 0; i < values.length; i++) appendValue(values[i]);
  return true;
}

function appendValue(value: Bytes): void {
  bytes.appendDecimal(value.length).appendByte(COLON).append(value);
}
