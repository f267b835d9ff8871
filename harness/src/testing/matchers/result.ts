import { bytesText } from "../../trace/index.ts";

/** What a matcher says of its subject. */
export interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

/** A verdict: `expected` names what is wanted ("status 401"), `found` is what there is, over as many lines as it takes. */
export function verdict(pass: boolean, expected: string, found: string): Verdict {
  return { pass, message: () => `expected ${pass ? "not: " : ""}${expected}\n${found}` };
}

/** The error of a matcher that is given what it does not judge. */
export function wrongSubject(matcher: string, wanted: string): TypeError {
  return new TypeError(`${matcher} judges ${wanted}`);
}

/** Whether `value` is an object with all of `members`. */
export function hasMembers<T>(value: unknown, ...members: readonly (keyof T & string)[]): value is T {
  return typeof value === "object" && value !== null && members.every((name) => name in value);
}

/** Lines under a heading, the last ones if there are many; `none` if there are none. */
export function listed(heading: string, lines: readonly string[], none: string): string {
  if (lines.length === 0) return none;
  const shown = lines.slice(-MOST_LINES).map((line) => `\n  ${line}`);
  const left = lines.length - shown.length;
  return `${heading}${left > 0 ? `\n  … ${left} before these` : ""}${shown.join("")}`;
}

const MOST_LINES = 30;

/** A text as a person reads it in a message. */
export function quoted(text: string): string {
  return bytesText(Buffer.from(text));
}
