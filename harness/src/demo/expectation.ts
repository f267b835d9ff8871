/** What a request of the tour must lead to, and how what came differs from it. */
import type { Exchanges } from "./exchange.ts";
import { headerValue } from "../model/headers.ts";

/** A header must have this value, match this pattern, or (null) be absent. */
export type HeaderExpectation = Readonly<Record<string, string | RegExp | null>>;

/** What is expected of a request, or of the last one of several equal ones. */
export interface Expectation {
  /** Status of each request, in order. */
  readonly status: readonly number[];
  /** Which upstream has it; null: none. Not checked when absent. */
  readonly upstream?: string | null;
  /** Headers as the upstream got them. */
  readonly atUpstream?: HeaderExpectation;
  /** Headers of the response. */
  readonly response?: HeaderExpectation;
}

/**
 * Compares what came with what was expected.
 *
 * @param expected of the last request, and the status of each
 * @param exchanges what came
 * @returns one line for each difference; none if all is as it should be
 */
export function differences(expected: Expectation, { all, last }: Exchanges): readonly string[] {
  const found: string[] = [];
  const statuses = all.map(({ response }) => response.status).join(" ");
  if (statuses !== expected.status.join(" "))
    found.push(`status ${statuses} instead of ${expected.status.join(" ")}`);
  const { echo, response } = last;
  const upstream = echo?.upstream ?? null;
  if (expected.upstream !== undefined && upstream !== expected.upstream) {
    found.push(`it reached ${upstream ?? "no upstream"} instead of ${expected.upstream ?? "none"}`);
  }
  found.push(
    ...headerDifferences(
      "the response",
      (name) => headerValue(response.headers, name),
      expected.response ?? {},
    ),
  );
  if (expected.atUpstream !== undefined && echo === null) found.push("it reached no upstream");
  if (expected.atUpstream !== undefined && echo !== null) {
    found.push(
      ...headerDifferences("the upstream", (name) => echo.headers[name] ?? null, expected.atUpstream),
    );
  }
  return found;
}

function headerDifferences(
  place: string,
  valueOf: (name: string) => string | null,
  expected: HeaderExpectation,
): string[] {
  return Object.entries(expected).flatMap(([name, wanted]) => {
    const value = valueOf(name);
    if (wanted instanceof RegExp ? value !== null && wanted.test(value) : value === wanted) return [];
    const instead = wanted === null ? "none" : String(wanted);
    return [`${place} has ${value === null ? `no ${name}` : `${name}: ${value}`} instead of ${instead}`];
  });
}
