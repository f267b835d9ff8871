/** JavaScript in ASCII for values of any kind: what was captured must not become code. */
import type { HeaderList } from "../model/index.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A string literal. */
export function textLiteral(text: string): string {
  return JSON.stringify(text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The text of UTF-8 bytes; undefined if they are none, or hold what no text holds. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(bytes);
    return /[\0-\x08\x0e-\x1f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Bytes as a `Buffer`. */
export function bytesLiteral(bytes: Uint8Array): string {
  const text = textOf(bytes);
  if (text !== undefined) return `Buffer.from(${textLiteral(text)})`;
  return `Buffer.from(${textLiteral(Buffer.from(bytes).toString("base64"))}, "base64")`;
}

/** A list of headers, one to a line, the lines indented by `indent`. */
export function headersLiteral(headers: HeaderList, indent: string): string {
  if (headers.length === 0) return "[]";
  const lines = headers.map(([name, value]) => `${indent}  [${textLiteral(name)}, ${textLiteral(value)}],\n`);
  return `[\n${lines.join("")}${indent}]`;
}

/** Text for a comment of one line. */
export function commentText(text: string): string {
  return text.replace(/[^ -~]/g, "?");
}
