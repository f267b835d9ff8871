import { decodePairs } from "../abi/index.ts";

const LONGEST_TEXT = 120;
const MOST_PAIRS = 40;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as a string literal: UTF-8 as it is, other bytes as `\xNN`, cut after 120 bytes. */
export function bytesText(bytes: Uint8Array): string {
  const shown = bytes.length > LONGEST_TEXT ? wholeCharacters(bytes.subarray(0, LONGEST_TEXT)) : bytes;
  const more = shown.length < bytes.length ? `… (${bytes.length} bytes)` : "";
  return `${literal(shown)}${more}`;
}

/** A serialized header list as `["name": "value", …]`, cut after 40 pairs. */
export function pairsText(bytes: Uint8Array): string {
  const pairs = decodePairs(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const shown = pairs.slice(0, MOST_PAIRS).map((pair) => {
    const [name, value] = pair.map((text) => bytesText(Buffer.from(text, "latin1")));
    return `${name}: ${value}`;
  });
  if (pairs.length > MOST_PAIRS) shown.push(`… ${pairs.length - MOST_PAIRS} more`);
  return `[${shown.join(", ")}]`;
}

/** A property path as the dotted name that people use: `"source.address"`. */
export function pathText(bytes: Uint8Array): string {
  const end = bytes.at(-1) === 0 ? -1 : bytes.length;
  return bytesText(bytes.slice(0, end).map((byte) => (byte === 0 ? 0x2e : byte)));
}

function literal(bytes: Uint8Array): string {
  try {
    return JSON.stringify(utf8.decode(bytes));
  } catch {
    const text = Array.from(bytes, (byte) =>
      byte >= 0x20 && byte < 0x7f
        ? String.fromCharCode(byte).replace(/["\\]/, "\\$&")
        : `\\x${byte.toString(16).padStart(2, "0")}`,
    );
    return `"${text.join("")}"`;
  }
}

/** `bytes` without a UTF-8 character that is cut at their end. */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > bytes.length - 3 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  const lead = bytes[end - 1] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return end - 1 + length > bytes.length ? bytes.subarray(0, end - 1) : bytes;
}
