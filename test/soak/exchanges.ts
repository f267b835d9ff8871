/** The requests that each filter gets under load: of many sizes and kinds, the same in every run. */
import { ANSWER_SIZES, answerBody } from "./amend.ts";
import { type Exchange, exchange, type Plan } from "./exchange.ts";
import type { Random } from "./random.ts";

const KINDS = 2_000;
const TENANTS = 1_000;
const TAIL = 16;
const MAX_BODY_BITS = 16;

/** One filter's load. */
export interface Load {
  /** Name of the filter's file. */
  readonly filter: string;
  readonly plan: (random: Random) => Plan;
}

/** The filters and what they get. */
export const LOADS: readonly Load[] = [
  { filter: "pass", plan: passed },
  { filter: "headers", plan: withHeaders },
  { filter: "body", plan: withBody },
  { filter: "callout", plan: withCallout },
  { filter: "shared", plan: withTenant },
];

/** Requests of many kinds. */
export function exchangesOf({ plan }: Load, random: Random): Exchange[] {
  return Array.from({ length: KINDS }, () => exchange(plan(random)));
}

function passed(random: Random): Plan {
  const size = answerSize(random);
  return { path: `/answer/${size}`, headers: anyHeaders(random), expect: { body: answerBody(size) } };
}

function withHeaders(random: Random): Plan {
  const size = answerSize(random);
  const refused = random.once(20);
  const kept = random.below(10);
  // Longer than any other.
  const longest = random.text(300 + random.size(12));
  const headers = {
    ...anyHeaders(random),
    ...(random.once(2) && { "x-internal-user": random.text(20) }),
    ...Object.fromEntries(
      Array.from({ length: kept }, (_, n) => [`x-soak-keep-${n}`, random.text(1 + random.size(7))]),
    ),
    "x-soak-long": longest,
    ...(refused && { "x-soak-refuse": "1" }),
  };
  const seen = { "x-soak-kept": String(kept), "x-soak-tail": longest.slice(-TAIL) };
  const path = `/answer/${size}`;
  if (!refused) return { path, headers, expect: { headers: seen, body: answerBody(size) } };
  const why = { ...seen, "x-soak-why": longest.slice(0, 64) };
  return { path, headers, expect: { status: 403, headers: why, body: "refused", tellsNumber: false } };
}

function withBody(random: Random): Plan {
  const body = random.text(random.size(MAX_BODY_BITS));
  const expect = { body: body && `[<${body}>]` };
  const headers = anyHeaders(random);
  if (random.once(10) && body) {
    const sizes = Array.from({ length: 1 + random.below(4) }, () => 1 + random.below(body.length));
    const trailers = { "x-soak-sum": random.text(1 + random.size(8)) };
    return { path: "/echo", headers, body, chunks: { sizes, trailers }, expect };
  }
  return {
    path: "/echo",
    headers: { ...headers, ...(random.once(2) && { "x-soak-chunks": "1" }) },
    body,
    expect,
  };
}

function withCallout(random: Random): Plan {
  const size = answerSize(random);
  const ask = (cluster: string, question: string): Record<string, string> => ({
    ...anyHeaders(random),
    "x-soak-cluster": cluster,
    "x-soak-question": question,
  });
  const answered = (answer: string): Plan["expect"] => ({
    headers: { "x-soak-answer": answer },
    body: answerBody(size),
  });
  const path = `/answer/${size}`;
  if (random.once(50))
    return { path, headers: ask("oracle", "/broken"), expect: answered(`500 ${"broken".length}`) };
  if (random.once(100)) return { path, headers: ask("late", "/"), expect: answered(`504 ${LATE.length}`) };
  if (random.once(50)) {
    const expect = { status: 403, body: "refused", tellsNumber: false };
    return { path, headers: ask("oracle", "/refused"), expect };
  }
  if (random.once(50)) {
    const expect = { status: 500, body: "not sent", tellsNumber: false };
    return { path, headers: ask("unknown", "/"), expect };
  }
  const told = answerSize(random);
  const tail = answerBody(told).slice(-TAIL);
  const answer = told === 0 ? "200 0" : `200 ${told} ${tail}`;
  return { path, headers: ask("oracle", `/answer/${told}`), expect: answered(answer) };
}

function withTenant(random: Random): Plan {
  const tenant = `${random.below(TENANTS)}`.padEnd(1 + random.size(6), "t");
  const size = answerSize(random);
  const headers = { ...anyHeaders(random), "x-soak-tenant": tenant };
  return { path: `/answer/${size}`, headers, expect: { has: "x-soak-count", body: answerBody(size) } };
}

/** What Envoy answers in the place of a cluster that does not. */
const LATE = "upstream request timeout";

/** Large answers come seldom. */
function answerSize(random: Random): number {
  return ANSWER_SIZES[
    Math.min(random.below(ANSWER_SIZES.length), random.below(ANSWER_SIZES.length))
  ] as number;
}

/** Up to 40 headers, most of them short. */
function anyHeaders(random: Random): Record<string, string> {
  const list = Array.from({ length: random.size(5) + random.below(9) }, (_, n) => [
    `x-${random.text(1 + random.size(4))}-${n}`,
    random.text(1 + random.size(8)).slice(0, 250),
  ]);
  return Object.fromEntries(list) as Record<string, string>;
}
