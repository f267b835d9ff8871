import fc from "fast-check";

/** A value as the guest writes it again: numbers as the bits of their f64, with their exact integer if they are one. */
export function canonical(value: unknown, source?: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join(",")}]`;
  if (typeof value === "number") {
    const bits = new BigInt64Array(new Float64Array([value]).buffer)[0]!;
    const integer = Number.isSafeInteger(value) ? `,"i64":"${BigInt(value)}"` : "";
    return `{"f64":"${bits}"${source ?? integer}}`;
  }
  if (value === null || typeof value !== "object") return quote(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${quote(key)}:${canonical(item)}`)
    .join(",")}}`;
}

/** As the guest's writer: all control characters with four digits but for three, DEL escaped, too. */
function quote(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("\\b", "\\u0008")
    .replaceAll("\\f", "\\u000c")
    .replaceAll("\x7f", "\\u007f");
}

/** Without the integers that only 64 bits hold exactly: the reference has no such number. */
export const withoutBigIntegers = (text: string): string =>
  text.replace(/,"i64":"(-?\d+)"/g, (all, digits: string) =>
    Number.isSafeInteger(Number(digits)) ? all : "",
  );

// Index-like names come first in a JavaScript object, `__proto__` vanishes: neither is the reader's doing.
const name = fc
  .string({ unit: "binary", maxLength: 6 })
  .filter((key) => !/^\d+$/.test(key) && key !== "__proto__");
const scalar = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "medium", maxDepth: 5 }, scalar, tie("list"), tie("object")),
  list: fc.array(tie("value"), { maxLength: 12 }),
  object: fc.dictionary(name, tie("value"), { maxKeys: 14 }),
}));

/** Any JSON value, and any object. */
export const anyValue = value;
export const anyObject: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(name, value, { maxKeys: 4 });
