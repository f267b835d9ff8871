import { CaptureError } from "./exchange.ts";

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The objects of a text with JSON objects one after the other, on as many lines as they take: what Envoy writes for a
 * streamed tap, and a log with one object per line.
 *
 * @throws CaptureError if the text is anything else
 */
export function jsonObjects(text: string, file: string): Fields[] {
  return pieces(text).map((piece, index) => {
    let value: unknown;
    try {
      value = JSON.parse(piece);
    } catch {
      throw new CaptureError(`${file}: object ${index + 1} is not JSON; was the file cut off?`);
    }
    if (!isFields(value)) throw new CaptureError(`${file}: expected JSON objects, not ${piece.slice(0, 40)}`);
    return value;
  });
}

/** Whether `value` is an object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Cuts a text behind each brace that closes an outermost object. */
function pieces(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\[^])*"|[{}]/g)) {
    if (token === "{") depth++;
    else if (token === "}" && --depth === 0) {
      found.push(text.slice(start, index + 1).trim());
      start = index + 1;
    }
  }
  const rest = text.slice(start).trim();
  return rest === "" ? found : [...found, rest];
}
