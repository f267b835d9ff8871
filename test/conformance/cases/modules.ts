/** Modules that Envoy loads, and modules that it refuses, with what it says. */

import { hostFunctions, importOf as hostImport, wasiFunctions } from "../probe/index.ts";

/** A module as WebAssembly text, and the reason for which it is refused; null if it is loaded. */
export interface ModuleCase {
  readonly says: string;
  /** The first minor version of Envoy of which it is true; all by default. */
  readonly since?: string;
  readonly text: string;
  readonly refused: string | null;
}

interface Parts {
  readonly marker?: string;
  readonly allocator?: string;
  readonly memory?: string;
  readonly imports?: string;
  readonly rest?: string;
}

const MARKER = '(func (export "proxy_abi_version_0_2_1"))';
const ALLOCATOR = '(func (export "malloc") (param i32) (result i32) (i32.const 4096))';
const MEMORY = '(memory (export "memory") 1)';

/** A module that is loaded, but for what `parts` says otherwise. */
function moduleOf({
  marker = MARKER,
  allocator = ALLOCATOR,
  memory = MEMORY,
  imports = "",
  rest = "",
}: Parts): string {
  return `(module ${imports} ${memory} ${marker} ${allocator} ${rest})`;
}

const loaded = (says: string, parts: Parts): ModuleCase => ({ says, text: moduleOf(parts), refused: null });
const refused = (says: string, parts: Parts, reason: string): ModuleCase => ({
  says,
  text: moduleOf(parts),
  refused: reason,
});
const marker = (version: string): string => `(func (export "proxy_abi_version_${version}"))`;
const importOf = (name: string, type: string, from = "env"): string =>
  `(import "${from}" "${name}" (func ${type}))`;
const hook = (name: string, type: string, body: string): string =>
  `(func (export "${name}") ${type} ${body})`;
const UNKNOWN_VERSION = "Missing or unknown Proxy-Wasm ABI version";
const missing = (name: string): string => `Failed to load Wasm module due to a missing import: ${name}`;
const mismatch = (name: string, want: string, host: string): string =>
  `Failed to load Wasm module due to an import type mismatch: ${name}, want: ${want}, but host exports: ${host}`;
const badSignature = (name: string, want: string, found: string): string =>
  `Bad function signature for: ${name}, want: ${want}, but the module exports: ${found}`;
const NOT_STARTED = "Failed to start base Wasm";
const NOT_CONFIGURED = "Failed to configure base Wasm plugin";

const versions: readonly ModuleCase[] = [
  loaded("ABI 0.2.1", {}),
  loaded("ABI 0.2.0", { marker: marker("0_2_0") }),
  loaded("ABI 0.1.0", { marker: marker("0_1_0") }),
  refused("no ABI", { marker: "" }, UNKNOWN_VERSION),
  refused("ABI 0.3.0", { marker: marker("0_3_0") }, UNKNOWN_VERSION),
  refused("ABI 0.2.2", { marker: marker("0_2_2") }, UNKNOWN_VERSION),
  refused(
    "an ABI marker that is a global",
    { marker: '(global (export "proxy_abi_version_0_2_1") i32 (i32.const 0))' },
    UNKNOWN_VERSION,
  ),
];

const imports: readonly ModuleCase[] = [
  {
    ...loaded("every function of WASI that there is", {
      imports: wasiFunctions().map(hostImport).join(" "),
    }),
    since: "1.39",
  },
  loaded("every function of the ABI", {
    imports: hostFunctions("0_2_1").map(hostImport).join(" "),
  }),
  ...["abort", "seed", "trace"].map((name) =>
    refused(
      `env.${name}, which AssemblyScript imports by itself`,
      { imports: importOf(name, "(param i32)") },
      missing(`env.${name}`),
    ),
  ),
  refused(
    "a function of a later ABI",
    { marker: marker("0_2_0"), imports: importOf("proxy_get_log_level", "(param i32) (result i32)") },
    missing("env.proxy_get_log_level"),
  ),
  ...["proxy_clear_route_cache", "proxy_continue_request", "proxy_continue_response"].map((name) =>
    refused(
      `${name}, of ABI 0.1.0 only`,
      { imports: importOf(name, "(result i32)") },
      missing(`env.${name}`),
    ),
  ),
  loaded("proxy_clear_route_cache in ABI 0.1.0", {
    marker: marker("0_1_0"),
    imports: importOf("proxy_clear_route_cache", "(result i32)"),
  }),
  refused(
    "proxy_continue_stream in ABI 0.1.0",
    { marker: marker("0_1_0"), imports: importOf("proxy_continue_stream", "(param i32) (result i32)") },
    missing("env.proxy_continue_stream"),
  ),
  refused(
    "a WASI function that does not exist",
    { imports: importOf("fd_foo", "(param i32) (result i32)", "wasi_snapshot_preview1") },
    missing("wasi_snapshot_preview1.fd_foo"),
  ),
  refused(
    "WASI of another name",
    { imports: importOf("fd_write", "(param i32 i32 i32 i32) (result i32)", "wasi_snapshot_preview2") },
    missing("wasi_snapshot_preview2.fd_write"),
  ),
  loaded("WASI under its old name", {
    imports: importOf("fd_write", "(param i32 i32 i32 i32) (result i32)", "wasi_unstable"),
  }),
  refused(
    "an import of the wrong type",
    { imports: importOf("proxy_log", "(param i32) (result i32)") },
    mismatch("env.proxy_log", "i32 -> i32", "i32 i32 i32 -> i32"),
  ),
  refused(
    "an import without its result",
    { imports: importOf("proxy_done", "") },
    mismatch("env.proxy_done", "void -> void", "void -> i32"),
  ),
  loaded("a table that is imported", { imports: '(import "env" "table" (table 1 funcref))' }),
  loaded("memory that is imported under another name", {
    memory: "",
    imports: '(import "any" "mem" (memory 1))',
  }),
  refused(
    "a function of a module that Envoy does not know",
    { imports: importOf("fd_write", "(param i32 i32 i32 i32) (result i32)", "wasi") },
    missing("wasi.fd_write"),
  ),
  refused("a global that is imported", { imports: '(import "env" "g" (global i32))' }, missing("env.g")),
  loaded("memory that is imported", { memory: "", imports: '(import "env" "memory" (memory 1))' }),
];

const exports: readonly ModuleCase[] = [
  refused("no allocator", { allocator: "" }, "Wasm module is missing malloc function."),
  loaded("an allocator under its newer name", {
    allocator: ALLOCATOR.replace("malloc", "proxy_on_memory_allocate"),
  }),
  refused(
    "an allocator of the wrong type under its newer name",
    { allocator: '(func (export "proxy_on_memory_allocate") (param i32 i32) (result i32) (i32.const 0))' },
    badSignature("proxy_on_memory_allocate", "i32 -> i32", "i32 i32 -> i32"),
  ),
  refused(
    "an allocator of the wrong type",
    { allocator: '(func (export "malloc") (result i32) (i32.const 0))' },
    badSignature("malloc", "i32 -> i32", "void -> i32"),
  ),
  refused(
    "header hooks of ABI 0.1.0 in ABI 0.2.1",
    { rest: hook("proxy_on_request_headers", "(param i32 i32) (result i32)", "(i32.const 0)") },
    badSignature("proxy_on_request_headers", "i32 i32 i32 -> i32", "i32 i32 -> i32"),
  ),
  loaded("header hooks of ABI 0.1.0 in ABI 0.1.0", {
    marker: marker("0_1_0"),
    rest: hook("proxy_on_request_headers", "(param i32 i32) (result i32)", "(i32.const 0)"),
  }),
  refused(
    "header hooks of ABI 0.2.1 in ABI 0.1.0",
    {
      marker: marker("0_1_0"),
      rest: hook("proxy_on_response_headers", "(param i32 i32 i32) (result i32)", "(i32.const 0)"),
    },
    badSignature("proxy_on_response_headers", "i32 i32 -> i32", "i32 i32 i32 -> i32"),
  ),
  refused(
    "a configure without a result",
    { rest: hook("proxy_on_configure", "(param i32 i32)", "") },
    badSignature("proxy_on_configure", "i32 i32 -> i32", "i32 i32 -> void"),
  ),
  refused(
    "an on_log with a result",
    { rest: hook("proxy_on_log", "(param i32) (result i32)", "(i32.const 0)") },
    badSignature("proxy_on_log", "i32 -> void", "i32 -> i32"),
  ),
  loaded("exports that Envoy does not know", { rest: hook("proxy_on_something", "(param f64)", "") }),
  refused(
    "more memory than a module may have",
    { memory: '(memory (export "memory") 16385)' },
    "Failed to create new Wasm instance",
  ),
  loaded("exactly 1 GiB of memory", { memory: '(memory (export "memory") 16384)' }),
  loaded("as much memory as it may have", { memory: '(memory (export "memory") 1 65536)' }),
];

const start: readonly ModuleCase[] = [
  refused(
    "vm_start that answers no",
    { rest: hook("proxy_on_vm_start", "(param i32 i32) (result i32)", "(i32.const 0)") },
    NOT_STARTED,
  ),
  refused(
    "vm_start that traps",
    { rest: hook("proxy_on_vm_start", "(param i32 i32) (result i32)", "(unreachable)") },
    NOT_STARTED,
  ),
  refused(
    "configure that answers no",
    { rest: hook("proxy_on_configure", "(param i32 i32) (result i32)", "(i32.const 0)") },
    NOT_CONFIGURED,
  ),
  refused(
    "configure that traps",
    { rest: hook("proxy_on_configure", "(param i32 i32) (result i32)", "(unreachable)") },
    NOT_CONFIGURED,
  ),
  loaded("configure that answers 2", {
    rest: hook("proxy_on_configure", "(param i32 i32) (result i32)", "(i32.const 2)"),
  }),
  refused(
    "a start function that traps",
    { rest: "(func $start (unreachable)) (start $start)" },
    "Failed to create new Wasm instance",
  ),
  refused(
    "_initialize that traps",
    { rest: hook("_initialize", "", "(unreachable)") },
    "Failed to initialize Wasm code",
  ),
  refused(
    "_initialize that asks the host for the time",
    {
      imports: '(import "env" "proxy_get_current_time_nanoseconds" (func $time (param i32) (result i32)))',
      rest: hook("_initialize", "", "(drop (call $time (i32.const 64)))"),
    },
    "Failed to initialize Wasm code",
  ),
  loaded("_initialize that logs", {
    imports: '(import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))',
    rest: hook("_initialize", "", "(drop (call $log (i32.const 2) (i32.const 0) (i32.const 0)))"),
  }),
  loaded("_start beside _initialize, which is not called", {
    rest: hook("_initialize", "", "") + hook("_start", "", "(unreachable)"),
  }),
  refused(
    "_initialize that asks for a property",
    {
      imports: importOf("proxy_get_property", "(param i32 i32 i32 i32) (result i32)").replace(
        "(func ",
        "(func $get ",
      ),
      rest: hook(
        "_initialize",
        "",
        "(drop (call $get (i32.const 0) (i32.const 1) (i32.const 64) (i32.const 68)))",
      ),
    },
    "Failed to initialize Wasm code",
  ),
  refused(
    "_initialize whose calls never end: the stack is full",
    { rest: '(func $again (call $again)) (export "_initialize" (func $again))' },
    "Failed to initialize Wasm code",
  ),
  refused(
    "_initialize with a parameter",
    { rest: hook("_initialize", "(param i32)", "") },
    badSignature("_initialize", "void -> void", "i32 -> void"),
  ),
  refused(
    "_start that traps",
    { rest: hook("_start", "", "(unreachable)") },
    "Failed to initialize Wasm code",
  ),
  refused(
    "main after _initialize that traps",
    { rest: hook("_initialize", "", "") + hook("main", "(param i32 i32) (result i32)", "(unreachable)") },
    "Failed to initialize Wasm code",
  ),
  loaded("main without _initialize, which is not called", {
    rest: hook("main", "(param i32 i32) (result i32)", "(unreachable)"),
  }),
];

/** All of them. */
export const modules: readonly ModuleCase[] = [...versions, ...imports, ...exports, ...start];
