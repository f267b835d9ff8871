import { Environment, evaluate, EvaluationError, type ASTNode } from "@marcbachmann/cel-js";

/** An unsigned integer, as the library has it. */
export interface Uint {
  readonly value: bigint;
}

/** A duration, as the library has it; both parts have the same sign. */
export interface Duration {
  readonly seconds: bigint;
  readonly nanos: number;
}

/** An expression that is ready to be evaluated over named values. */
export type Program = (names: ReadonlyMap<string, unknown>) => unknown;

const NANOSECONDS = 1_000_000_000n;

// The library does not export the classes of its values, so they are taken from values.
const UintClass = evaluate("0u").constructor as new (value: bigint) => Uint;
const DurationClass = evaluate("duration('0s')").constructor as new (
  seconds: bigint,
  nanos: number,
) => Duration;

const CEL = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });

/** Functions and macros that Envoy 1.40 registers; the library has more. https://github.com/google/cel-spec */
const FUNCTIONS: ReadonlySet<string> = new Set(
  (
    "all bool bytes contains double duration dyn endsWith exists exists_one filter getDate getDayOfMonth getDayOfWeek " +
    "getDayOfYear getFullYear getHours getMilliseconds getMinutes getMonth getSeconds has int map matches size " +
    "startsWith string timestamp type uint"
  ).split(" "),
);

/** @throws ParseError for what is no expression, RangeError for a function that Envoy 1.40 does not have */
export function parseExpression(source: string): Program {
  const program = CEL.parse(source);
  for (const name of calledBy(program.ast)) {
    if (!FUNCTIONS.has(name)) throw new RangeError(`there is no function ${name}`);
  }
  return program as Program;
}

/** Whether `error` says that an expression has no value. */
export function isEvaluationError(error: unknown): boolean {
  return error instanceof EvaluationError;
}

/** An unsigned integer for an expression to work with. */
export function uintOf(value: bigint): Uint {
  return new UintClass(value);
}

/** Whether `value` is an unsigned integer. */
export function isUint(value: unknown): value is Uint {
  return value instanceof UintClass;
}

/** A duration for an expression to work with. */
export function durationOf(nanoseconds: bigint): Duration {
  return new DurationClass(nanoseconds / NANOSECONDS, Number(nanoseconds % NANOSECONDS));
}

/** Whether `value` is a duration. */
export function isDuration(value: unknown): value is Duration {
  return value instanceof DurationClass;
}

/** The functions and macros that `node` calls, at any depth. */
function calledBy(node: ASTNode): string[] {
  const called: string[] = [];
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) return part.forEach(visit);
    if (part === null || typeof part !== "object" || !("op" in part) || !("args" in part)) return;
    const { op, args } = part;
    if ((op === "call" || op === "rcall") && Array.isArray(args)) called.push(String(args[0]));
    visit(args);
  };
  visit(node);
  return called;
}
