/** Programs: what a probe does in its hooks, and the bytes in which a probe reads that. */
import type { AbiVersion } from "../../../harness/src/abi/index.ts";
import { hostFunctions, TRAP, TRAP_NUMBER } from "./functions.ts";
import { type Hook, hookNumber } from "./hooks.ts";

/** An argument that is not plain data; see the constants below. */
export interface Special {
  readonly tag: number;
  readonly size?: number;
  readonly data?: Uint8Array;
}

/** Where the host puts bytes: an address and a size. Reported. */
export const BYTES: Special = { tag: 3 };
/** Where the host puts 32 bits. Reported. */
export const U32: Special = { tag: 4 };
/** Where the host puts 64 bits. Reported. */
export const U64: Special = { tag: 5 };
/** The number of the stream that runs the program, or of the root. */
export const CONTEXT: Special = { tag: 6 };
/** The number of the root. */
export const ROOT: Special = { tag: 7 };
/** What the last call, stream or queue was given as a token. */
export const TOKEN: Special = { tag: 8 };
/** Where the host puts 32 bits or 64 that differ from run to run: not reported. */
export const UNREPORTED: Special = { tag: 11 };

/** An iovec of WASI that describes `text`; one argument, the address. */
export function iovec(text: string): Special {
  return { tag: 9, data: latin1(text) };
}

/** Memory of `size` bytes for the host to fill, reported afterwards; one argument, the address. */
export function scratch(size: number): Special {
  return { tag: 10, size };
}

/** A number is an i32, a bigint an i64; text or bytes are two arguments, their address and size. */
export type Argument = number | bigint | string | Uint8Array | Special;

/** A call of a host function, by its name in the ABI; or `["trap"]`. */
export type Call = readonly [name: string, ...args: Argument[]];

/** What one hook does: its calls, and what it returns: 0 unless told otherwise. */
export interface Steps {
  readonly calls?: readonly Call[];
  readonly returns?: number;
  /** What it returns at the end of the stream, if that is something else. */
  readonly returnsAtEnd?: number;
}

/** What a probe does, by hook. A hook that is named reports that it was entered. */
export type Program = Partial<Record<Hook, Steps | readonly Call[]>>;

/**
 * A program as a probe reads it, in hexadecimal.
 *
 * u16 case; then for each hook u8 number, u8 returns, u8 returns at the end, u32 size, and its calls; then 0xff.
 */
export function encodeProgram(program: Program, caseNumber: number, version: AbiVersion = "0_2_1"): string {
  const numbers = new Map(hostFunctions(version).map(({ name }, index) => [name, index]));
  const sections = Object.entries(program).map(([hook, given]) => {
    const steps: Steps = isCalls(given) ? { calls: given } : given;
    const calls = Buffer.concat((steps.calls ?? []).map((call) => encodeCall(call, numbers)));
    const returns = steps.returns ?? 0;
    const head = [hookNumber(hook as Hook), returns & 0xff, (steps.returnsAtEnd ?? returns) & 0xff];
    return Buffer.concat([Buffer.from(head), u32(calls.length), calls]);
  });
  return Buffer.concat([u16(caseNumber), ...sections, Buffer.from([0xff])]).toString("hex");
}

function isCalls(given: Steps | readonly Call[]): given is readonly Call[] {
  return Array.isArray(given);
}

function encodeCall([name, ...args]: Call, numbers: ReadonlyMap<string, number>): Buffer {
  const number = name === TRAP ? TRAP_NUMBER : numbers.get(name);
  if (number === undefined) throw new RangeError(`the ABI has no function ${name}`);
  return Buffer.concat([u16(number), Buffer.from([args.length]), ...args.map(encodeArgument)]);
}

function encodeArgument(value: Argument): Buffer {
  if (typeof value === "number") return Buffer.concat([Buffer.from([0]), u32(value >>> 0)]);
  if (typeof value === "bigint") {
    const bytes = Buffer.alloc(9);
    bytes[0] = 1;
    bytes.writeBigUInt64LE(BigInt.asUintN(64, value), 1);
    return bytes;
  }
  if (typeof value === "string") return withSize(2, latin1(value));
  if (value instanceof Uint8Array) return withSize(2, value);
  if (value.data) return withSize(value.tag, value.data);
  return Buffer.concat([Buffer.from([value.tag]), ...(value.size === undefined ? [] : [u32(value.size)])]);
}

function withSize(tag: number, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), u32(data.length), data]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

/** `value` as four bytes, little-endian. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** One byte for each character. */
export function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}
