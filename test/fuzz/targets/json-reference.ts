/** Why a reader refuses more than JSON.parse does (RFC 7493, and limits), and how to see that it may. */
const STRICTER: readonly [said: string, holds: (text: string) => boolean][] = [
  ["duplicate member name", hasEqualNames],
  ["lone surrogate", (text) => /\\u[dD][89a-fA-F]/.test(text)],
  ["number out of range", (text) => /\d[eE]\+?\d{2,}|\d{300}/.test(text)],
  ["number of more than 400 characters", (text) => /[\d.eE+-]{401}/.test(text)],
  ["more than the limit of 32 levels", (text) => (text.match(/[[{]/g) ?? []).length > 32],
];

/** Numbers as the bits of their f64, with the digits of those that are integers; all else as it is. */
export function lowered(value: number, source?: string): object {
  const f64 = new BigInt64Array(new Float64Array([value]).buffer)[0]!.toString();
  if (source !== undefined && /^(0|-?[1-9]\d{0,18})$/.test(source)) {
    const exact = BigInt(source);
    if (BigInt.asIntN(64, exact) === exact) return { f64, i64: source };
  }
  return Number.isSafeInteger(value) ? { f64, i64: BigInt(value).toString() } : { f64 };
}

/** `bytes` as JSON with its numbers `lowered`; undefined when they are no JSON text in UTF-8. */
export function parseReference(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const lower = (_: string, value: unknown, context?: { source?: string }): unknown =>
      typeof value === "number" ? lowered(value, context?.source) : value;
    return { value: JSON.parse(text, lower) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Whether `refusal` of a text that JSON.parse takes names one of the rules by which the reader is stricter. */
export function isStricter(text: Uint8Array, refusal: string): boolean {
  return STRICTER.some(([said, holds]) => refusal.includes(said) && holds(Buffer.from(text).toString()));
}

function hasEqualNames(text: string): boolean {
  const names = [...text.matchAll(/"((?:[^"\\]|\\.)*)"\s*:/g)].map(
    ([, name]) => JSON.parse(`"${name}"`) as string,
  );
  return new Set(names).size < names.length;
}
