import { lowered } from "./json-reference.ts";

const MAX_DEPTH = 32;

/** What is not a Struct as the reader wants it. */
class Refused extends Error {}

/**
 * Reads a `google.protobuf.Struct` by the rules of `json/struct.ts`, written anew: each field once and in order,
 * lengths of up to four bytes, numbers finite and `lowered`. Undefined for all else.
 */
export function decodeStruct(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: struct(bytes, 1) };
  } catch (error) {
    if (error instanceof Refused || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The contents of the length-delimited fields in `bytes`, whose tags have to be `tags`; undefined: any number of 1. */
function fields(bytes: Buffer, tags?: readonly number[]): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] !== (tags ? tags[found.length] : 0x0a)) throw new Refused("tag");
    let length = 0;
    let size = 0;
    for (let more = true; more; size++) {
      const byte = bytes[at + 1 + size];
      if (byte === undefined || size === 4) throw new Refused("length");
      length += (byte & 127) * 128 ** size;
      more = byte > 127;
    }
    const from = at + 1 + size;
    if (from + length > bytes.length) throw new Refused("end");
    found.push(bytes.subarray(from, from + length));
    at = from + length;
  }
  if (tags && found.length !== tags.length) throw new Refused("count");
  return found;
}

function struct(bytes: Buffer, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new Refused("depth");
  const entries = fields(bytes).map((entry) => {
    const [key, content] = fields(entry, [0x0a, 0x12]) as [Buffer, Buffer];
    return [text(key), value(content, depth)] as const;
  });
  if (new Set(entries.map(([key]) => key)).size < entries.length) throw new Refused("duplicate");
  return Object.fromEntries(entries);
}

function value(bytes: Buffer, depth: number): unknown {
  const tag = bytes[0];
  if (tag === 0x11 && bytes.length === 9) {
    const number = bytes.readDoubleLE(1);
    if (!Number.isFinite(number)) throw new Refused("number");
    return lowered(number);
  }
  const isShort = bytes.length === 2;
  if (tag === 0x08 && isShort && bytes[1] === 0) return null;
  if (tag === 0x20 && isShort && (bytes[1] ?? 2) < 2) return bytes[1] === 1;
  if (tag !== 0x1a && tag !== 0x2a && tag !== 0x32) throw new Refused("kind");
  const [content] = fields(bytes, [tag]) as [Buffer];
  if (tag === 0x1a) return text(content);
  if (tag === 0x2a) return struct(content, depth + 1);
  if (depth + 1 > MAX_DEPTH) throw new Refused("depth");
  return fields(content).map((item) => value(item, depth + 1));
}

function text(bytes: Buffer): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}
