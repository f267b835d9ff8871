import {
  BufferType,
  DataAction,
  HOOK_SHAPES,
  HOST_PARAMETERS,
  type HookResultKind,
  LogLevel,
  MapType,
  MetricType,
  type ParameterKind,
  parameterWidth,
  PeerType,
  Status,
  StreamType,
  WASI_IMPORTS,
  WasiErrno,
} from "../abi/index.ts";
import type { BorderCall, CallResult, ReadableMemory } from "../model/calls.ts";
import { bytesText, pairsText, pathText } from "./values.ts";

type Names = ReadonlyMap<number, string>;

const namesOf = (values: Readonly<Record<string, number>>): Names =>
  new Map(Object.entries(values).map(([name, value]) => [value, name]));

const ENUMS: Readonly<Record<string, Names>> = {
  BufferType: namesOf(BufferType),
  LogLevel: namesOf(LogLevel),
  MapType: namesOf(MapType),
  MetricType: namesOf(MetricType),
  PeerType: namesOf(PeerType),
  StreamType: namesOf(StreamType),
};
const STATUS_NAMES = namesOf(Status);
const ERRNO_NAMES = namesOf(WasiErrno);
const PAUSE = "Pause";
const ACTION_NAMES: Names = new Map([
  [0, "Continue"],
  [1, PAUSE],
]);
const RESULT_NAMES: Readonly<Partial<Record<HookResultKind, Names>>> = {
  bool: new Map([
    [0, "false"],
    [1, "true"],
  ]),
  action: ACTION_NAMES,
  "headers action": new Map([...ACTION_NAMES, [2, "ContinueAndEndStream"], [3, "StopAllAndBuffer"]]),
  "data action": new Map([...namesOf(DataAction), [DataAction.StopAndBuffer, PAUSE]]),
};

/** A function of the module with its arguments: `proxy_on_request_headers(3, 9, true)`. */
export function hookText({ function: name, args }: BorderCall): string {
  const kinds = HOOK_SHAPES.get(name)?.parameters ?? [];
  return `${name}(${args.map((value, index) => number(kinds[index] ?? "u32", value)).join(", ")})`;
}

/** What a function of the module returned: ` = Pause`; "" if it returns nothing. */
export function hookResultText({ function: name }: BorderCall, result: CallResult): string {
  if (result === "trap") return " = trap";
  const kind = HOOK_SHAPES.get(name)?.result ?? "u32";
  if (result === undefined || kind === "none") return "";
  return ` = ${RESULT_NAMES[kind]?.get(result) ?? result}`;
}

/**
 * A host function with its arguments and what it gave: `proxy_get_header_map_value(RequestHeaders, "accept") = Ok "*"`.
 * Without memory, texts are shown by their length, and results by their status.
 */
export function hostCallText(
  call: BorderCall,
  memory: ReadableMemory | undefined,
  result: CallResult,
): string {
  const { function: name, args } = call;
  const kinds = HOST_PARAMETERS.get(name) ?? args.map(() => "u32" as const);
  const given: string[] = [];
  const found: string[] = [];
  let at = 0;
  for (const kind of kinds) {
    const first = args[at] ?? 0;
    const second = args[at + 1] ?? 0;
    at += parameterWidth(kind);
    if (!kind.startsWith("out ")) given.push(argument(kind, first, second, memory));
    else if (memory) found.push(outcome(kind, first, second, memory));
  }
  const outcomes = result === Status.Ok ? found.filter((text) => text !== "") : [];
  const value = [resultName(name, result), ...outcomes].join(" ");
  return `${name}(${given.join(", ")})${value === "" ? "" : ` = ${value}`}`;
}

function resultName(name: string, result: CallResult): string {
  if (result === "trap") return "trap";
  if (result === undefined) return "";
  if (name === "pthread_equal") return String(result);
  const names = WASI_IMPORTS.has(name) ? ERRNO_NAMES : STATUS_NAMES;
  return names.get(result) ?? String(result);
}

function argument(
  kind: ParameterKind,
  first: number | bigint,
  second: number | bigint,
  memory: ReadableMemory | undefined,
): string {
  if (parameterWidth(kind) === 1) return number(kind, first);
  return memory ? bytesAt(kind, Number(first), Number(second), memory) : `<${unsigned(second)} bytes>`;
}

/** What a host function left where its pointers lead. */
function outcome(
  kind: ParameterKind,
  first: number | bigint,
  second: number | bigint,
  memory: ReadableMemory,
): string {
  if (kind === "out u64") return String(read(memory, Number(first), 8)?.readBigUInt64LE() ?? "");
  const value = read(memory, Number(first), 4)?.readUInt32LE();
  if (value === undefined) return "";
  if (kind === "out u32") return String(value);
  if (kind === "out LogLevel") return number("LogLevel", value);
  const size = read(memory, Number(second), 4)?.readUInt32LE();
  return size === undefined ? "" : bytesAt(kind, value, size, memory);
}

function read(memory: ReadableMemory, pointer: number, length: number): Buffer | undefined {
  const bytes = memory.view(pointer, length);
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, length);
}

function bytesAt(kind: ParameterKind, pointer: number, size: number, memory: ReadableMemory): string {
  const bytes = memory.view(pointer, size);
  if (!bytes) return `<${unsigned(size)} bytes at ${unsigned(pointer)}, out of bounds>`;
  if (kind.endsWith("pairs")) return pairsText(bytes);
  return kind === "path" ? pathText(bytes) : bytesText(bytes);
}

function number(kind: ParameterKind, value: number | bigint): string {
  switch (kind) {
    case "bool":
      return value === 0 ? "false" : "true";
    case "i32":
      return String(Number(value) | 0);
    case "i64":
      return String(BigInt.asIntN(64, BigInt(value)));
    case "u64":
      return String(BigInt.asUintN(64, BigInt(value)));
    default:
      return ENUMS[kind]?.get(Number(value)) ?? unsigned(value);
  }
}

function unsigned(value: number | bigint): string {
  return typeof value === "bigint" ? String(BigInt.asUintN(64, value)) : String(value >>> 0);
}
