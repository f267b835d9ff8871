import { encodePairs, Status, type Pair } from "../../abi/index.ts";
import { bool, double, integer, map, type Value } from "../properties/values.ts";
import type { Context } from "../vm/context.ts";
import { attributesOf, isWholeObject } from "./attributes.ts";
import { isDuration, isEvaluationError, isUint, parseExpression, type Program } from "./cel.ts";

const EMPTY = new Uint8Array();

/** The expressions of one root context, by token from 0 on (Envoy 1.40: ExpressionContext). */
export class Expressions {
  readonly #programs = new Map<number, Program>();
  #next = 0;

  /** expr_create. @returns the token, or BadArgument if `source` is no expression or names an unknown function */
  create(source: Buffer): Uint8Array | Status {
    let program: Program;
    try {
      program = parseExpression(source.toString("utf8"));
    } catch {
      return Status.BadArgument; // the host says no more to the guest than that
    }
    const token = this.#next++;
    this.#programs.set(token, program);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(token);
    return bytes;
  }

  /** expr_evaluate in `context`. @returns the value as a property has it, InternalFailure if there is none */
  evaluate(argument: Buffer, context: Context): Uint8Array | Status {
    if (argument.length !== 4) return Status.BadArgument;
    const program = this.#programs.get(argument.readUInt32LE(0));
    if (!program) return Status.NotFound;
    let value: unknown;
    try {
      value = program(attributesOf(context));
    } catch (error) {
      // An error of the library is one of the expression; anything else, such as an attribute that is not emulated, is not.
      if (isEvaluationError(error)) return Status.InternalFailure;
      throw error;
    }
    return encode(value) ?? Status.SerializationFailure;
  }

  /** expr_delete. */
  delete(argument: Buffer): Uint8Array | Status {
    if (argument.length !== 4) return Status.BadArgument;
    this.#programs.delete(argument.readUInt32LE(0));
    return EMPTY;
  }
}

/** `value` as Envoy 1.40 encodes properties; undefined for what has no encoding, such as null and types. */
function encode(value: unknown): Value | undefined {
  if (typeof value === "string") return Buffer.from(value, "utf8");
  if (typeof value === "bigint") return integer(value);
  if (typeof value === "boolean") return bool(value);
  if (typeof value === "number") return double(value);
  if (value instanceof Uint8Array) return value;
  if (isUint(value)) return integer(value.value);
  if (isDuration(value)) return integer(value.seconds * 1_000_000_000n + BigInt(value.nanos));
  if (value instanceof Date) return integer(BigInt(value.getTime()) * 1_000_000n);
  if (Array.isArray(value)) return list(value.map((element) => [element, ""]));
  if (value instanceof Map) return isWholeObject(value) ? undefined : list([...value]);
  const isPlain =
    value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? list(Object.entries(value)) : undefined;
}

function list(entries: readonly (readonly [unknown, unknown])[]): Value | undefined {
  const pairs: Pair[] = [];
  for (const entry of entries) {
    const [key, value] = entry.map(encode);
    if (!key || !value) return undefined;
    pairs.push([Buffer.from(key).toString("latin1"), Buffer.from(value).toString("latin1")]);
  }
  return pairs.length === 0 ? map([]) : encodePairs(pairs);
}
