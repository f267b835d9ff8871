/** The probe: a module that plays programs with the bare ABI, so that misuse too can be tried. As WebAssembly text. */
import { type AbiVersion, guestSignature, type Signature } from "../../../harness/src/abi/index.ts";
import { ENTERED_NUMBER, type HostFunction, hostFunctions, TRAP_NUMBER } from "./functions.ts";
import { type Hook, hookNumber } from "./hooks.ts";
import { RECORD_PREFIX } from "./records.ts";

const ARGUMENTS = 1024;
const OUTS = 2048;
const PREFIX = 3072;
const NAMES = 3200;
const RECORD = 0x1000;
const HEX = 0x30000;
const CONTEXTS = 0x90000;
const CONTEXT_SLOTS = 16384;
const TOKENS = 0xc0000;
const HEAP = 0xe0000;
const PAGES = 32;
const PROGRAM_HEADER = "x-program";
const ISSUES_TOKEN = [
  "proxy_http_call",
  "proxy_grpc_call",
  "proxy_grpc_stream",
  "proxy_register_shared_queue",
];

/** How a probe differs from the usual one. */
export interface ProbeOptions {
  readonly version?: AbiVersion;
  /** Name of the allocator's export. */
  readonly allocator?: "malloc" | "proxy_on_memory_allocate";
}

/** Text of the probe module. */
export function probeText({ version = "0_2_1", allocator = "malloc" }: ProbeOptions = {}): string {
  const functions = hostFunctions(version);
  return `(module
${functions.map(importOf).join("\n")}
(memory (export "memory") ${PAGES})
(data (i32.const ${PREFIX}) "${RECORD_PREFIX}")
(data (i32.const ${NAMES}) "${PROGRAM_HEADER}")
(global $heap (mut i32) (i32.const ${HEAP}))
(global $contexts (mut i32) (i32.const 0))
(global $tokens (mut i32) (i32.const 0))
(global $token (mut i32) (i32.const 0))
(global $record (mut i32) (i32.const 0))
(func (export "proxy_abi_version_${version}"))
${MEMORY}
${TABLES}
${RECORDS}
${dispatch(functions)}
${interpreter(functions)}
${callbacks(version)}
(export "${allocator}" (func $alloc))
)`;
}

/** The import of a host function. */
export function importOf({ module, name, signature }: HostFunction): string {
  return `(import "${module}" "${name}" (func $${name} ${typeOf(signature)}))`;
}

function typeOf(signature: Signature): string {
  const [parameters = "", result = ""] = signature.split(":");
  const list = (letters: string): string =>
    [...letters].map((letter) => (letter === "I" ? "i64" : "i32")).join(" ");
  return `${parameters && `(param ${list(parameters)})`} ${result && `(result ${list(result)})`}`;
}

/** Calls the host function with the given number with the arguments that lie in memory. */
function dispatch(functions: readonly HostFunction[]): string {
  const cases = functions.map(({ name, signature }, number) => {
    const [parameters = "", result = ""] = signature.split(":");
    const args = [...parameters].map(
      (letter, slot) => `(${letter === "I" ? "i64" : "i32"}.load (i32.const ${ARGUMENTS + 8 * slot}))`,
    );
    const call = `(call $${name} ${args.join(" ")})`;
    const body = result ? `(return ${call})` : `${call} (return (i32.const 0))`;
    return `(if (i32.eq (local.get $number) (i32.const ${number})) (then ${body}))`;
  });
  return `(func $dispatch (param $number i32) (result i32) ${cases.join("\n")} (unreachable))`;
}

const MEMORY = `
(func $alloc (param $size i32) (result i32) (local $at i32)
  (local.set $at (global.get $heap))
  (global.set $heap (i32.and (i32.add (i32.add (global.get $heap) (local.get $size)) (i32.const 15)) (i32.const -16)))
  (loop $more
    (if (i32.gt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536)))
      (then
        (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (return (i32.const 0))))
        (br $more))))
  (local.get $at))
(func $digit (param $at i32) (result i32) (local $c i32)
  (local.set $c (i32.load8_u (local.get $at)))
  (select (i32.sub (local.get $c) (i32.const 87)) (i32.sub (local.get $c) (i32.const 48)) (i32.gt_u (local.get $c) (i32.const 57))))
(func $toDigit (param $v i32) (result i32)
  (select (i32.add (local.get $v) (i32.const 87)) (i32.add (local.get $v) (i32.const 48)) (i32.gt_u (local.get $v) (i32.const 9))))
;; A program: context, root, then its bytes.
(func $decode (param $hex i32) (param $size i32) (param $context i32) (param $root i32) (result i32) (local $p i32) (local $i i32)
  (local.set $p (call $alloc (i32.add (i32.shr_u (local.get $size) (i32.const 1)) (i32.const 16))))
  (i32.store (local.get $p) (local.get $context))
  (i32.store offset=4 (local.get $p) (local.get $root))
  (i32.store8 offset=10 (local.get $p) (i32.const 0xff))
  (loop $next
    (if (i32.lt_u (i32.shl (local.get $i) (i32.const 1)) (local.get $size))
      (then
        (i32.store8 offset=8 (i32.add (local.get $p) (local.get $i))
          (i32.or (i32.shl (call $digit (i32.add (local.get $hex) (i32.shl (local.get $i) (i32.const 1)))) (i32.const 4))
            (call $digit (i32.add (i32.add (local.get $hex) (i32.shl (local.get $i) (i32.const 1))) (i32.const 1)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next))))
  (local.get $p))`;

const TABLES = `
(func $remember (param $context i32) (param $program i32) (local $at i32)
  (local.set $at (i32.add (i32.const ${CONTEXTS}) (i32.shl (i32.rem_u (global.get $contexts) (i32.const ${CONTEXT_SLOTS})) (i32.const 3))))
  (i32.store (local.get $at) (local.get $context))
  (i32.store offset=4 (local.get $at) (local.get $program))
  (global.set $contexts (i32.add (global.get $contexts) (i32.const 1))))
(func $lookup (param $table i32) (param $count i32) (param $key i32) (result i32) (local $at i32)
  (loop $next
    (if (i32.eqz (local.get $count)) (then (return (i32.const 0))))
    (local.set $count (i32.sub (local.get $count) (i32.const 1)))
    (local.set $at (i32.add (local.get $table) (i32.shl (local.get $count) (i32.const 3))))
    (br_if $next (i32.ne (i32.load (local.get $at)) (local.get $key))))
  (i32.load offset=4 (local.get $at)))
(func $programOf (param $context i32) (result i32) (call $lookup (i32.const ${CONTEXTS}) (global.get $contexts) (local.get $context)))
(func $programOfToken (param $token i32) (param $root i32) (result i32) (local $p i32)
  (local.set $p (call $lookup (i32.const ${TOKENS}) (global.get $tokens) (local.get $token)))
  (if (local.get $p) (then (return (local.get $p))))
  (call $programOf (local.get $root)))
(func $section (param $program i32) (param $hook i32) (result i32) (local $at i32)
  (if (i32.eqz (local.get $program)) (then (return (i32.const 0))))
  (local.set $at (i32.add (local.get $program) (i32.const 10)))
  (loop $next
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 0xff)) (then (return (i32.const 0))))
    (if (i32.eq (i32.load8_u (local.get $at)) (local.get $hook)) (then (return (local.get $at))))
    (local.set $at (i32.add (i32.add (local.get $at) (i32.const 7)) (i32.load offset=3 (local.get $at))))
    (br $next))
  (unreachable))`;

const RECORDS = `
(func $begin (param $program i32) (param $hook i32) (param $number i32) (param $status i32)
  (i32.store16 (i32.const ${RECORD}) (i32.load16_u offset=8 (local.get $program)))
  (i32.store8 (i32.const ${RECORD + 2}) (local.get $hook))
  (i32.store16 (i32.const ${RECORD + 3}) (local.get $number))
  (i32.store (i32.const ${RECORD + 5}) (local.get $status))
  (i32.store8 (i32.const ${RECORD + 9}) (i32.const 0))
  (global.set $record (i32.const ${RECORD + 10})))
(func $count (param $kind i32)
  (i32.store8 (i32.const ${RECORD + 9}) (i32.add (i32.load8_u (i32.const ${RECORD + 9})) (i32.const 1)))
  (i32.store8 (global.get $record) (local.get $kind))
  (global.set $record (i32.add (global.get $record) (i32.const 1))))
(func $outNumber (param $value i32)
  (call $count (i32.const 4))
  (i32.store (global.get $record) (local.get $value))
  (global.set $record (i32.add (global.get $record) (i32.const 4))))
(func $outLong (param $value i64)
  (call $count (i32.const 5))
  (i64.store (global.get $record) (local.get $value))
  (global.set $record (i32.add (global.get $record) (i32.const 8))))
(func $outBytes (param $kind i32) (param $at i32) (param $size i32)
  (call $count (local.get $kind))
  (i32.store8 (global.get $record) (i32.eqz (local.get $at)))
  (if (i32.gt_u (local.get $size) (i32.const 4096)) (then (local.set $size (i32.const 4096))))
  (i32.store offset=1 (global.get $record) (local.get $size))
  (memory.copy (i32.add (global.get $record) (i32.const 5)) (local.get $at) (local.get $size))
  (global.set $record (i32.add (global.get $record) (i32.add (local.get $size) (i32.const 5)))))
(func $write (local $i i32) (local $at i32)
  (memory.copy (i32.const ${HEX}) (i32.const ${PREFIX}) (i32.const ${RECORD_PREFIX.length}))
  (local.set $i (i32.const ${RECORD}))
  (local.set $at (i32.const ${HEX + RECORD_PREFIX.length}))
  (loop $next
    (if (i32.lt_u (local.get $i) (global.get $record))
      (then
        (i32.store8 (local.get $at) (call $toDigit (i32.shr_u (i32.load8_u (local.get $i)) (i32.const 4))))
        (i32.store8 offset=1 (local.get $at) (call $toDigit (i32.and (i32.load8_u (local.get $i)) (i32.const 15))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 2)))
        (br $next))))
  (drop (call $proxy_log (i32.const 2) (i32.const ${HEX}) (i32.sub (local.get $at) (i32.const ${HEX})))))`;

/** Plays the section of a program for a hook; the last of the hook's three arguments is the end of the stream. */
function interpreter(functions: readonly HostFunction[]): string {
  const issuesToken = functions
    .map(({ name }, number) => ({ name, number }))
    .filter(({ name }) => ISSUES_TOKEN.includes(name))
    .map(({ number }) => `(i32.eq (local.get $number) (i32.const ${number}))`)
    .reduce((all, one) => `(i32.or ${all} ${one})`);
  const push = (type: "i32" | "i64", value: string): string =>
    `(${type}.store (i32.add (i32.const ${ARGUMENTS}) (i32.shl (local.get $slot) (i32.const 3))) ${value})
     (local.set $slot (i32.add (local.get $slot) (i32.const 1)))`;
  const when = (tag: number, body: string): string =>
    `(if (i32.eq (local.get $tag) (i32.const ${tag})) (then ${body}))`;
  const advance = (by: string): string => `(local.set $p (i32.add (local.get $p) ${by}))`;
  const out = (body: string): string => `
    (local.set $out (i32.add (i32.const ${OUTS}) (i32.shl (local.get $outs) (i32.const 4))))
    (i64.store (local.get $out) (i64.const 0))
    (i32.store offset=8 (local.get $out) (local.get $tag))
    (local.set $outs (i32.add (local.get $outs) (i32.const 1)))
    ${body}`;
  const size = "(i32.load (local.get $p))";
  return `
(func $run (param $context i32) (param $program i32) (param $hook i32) (param $a i32) (param $b i32) (param $c i32) (result i32)
  (local $section i32) (local $p i32) (local $end i32) (local $number i32) (local $left i32) (local $tag i32)
  (local $slot i32) (local $outs i32) (local $out i32) (local $status i32) (local $i i32)
  (local.set $section (call $section (local.get $program) (local.get $hook)))
  (if (i32.eqz (local.get $section)) (then (return (i32.const 0))))
  (call $begin (local.get $program) (local.get $hook) (i32.const ${ENTERED_NUMBER}) (i32.const 0))
  (call $outNumber (local.get $a)) (call $outNumber (local.get $b)) (call $outNumber (local.get $c))
  (call $write)
  (local.set $p (i32.add (local.get $section) (i32.const 7)))
  (local.set $end (i32.add (local.get $p) (i32.load offset=3 (local.get $section))))
  (block $over (loop $call
    (br_if $over (i32.ge_u (local.get $p) (local.get $end)))
    (local.set $number (i32.load16_u (local.get $p)))
    (local.set $left (i32.load8_u offset=2 (local.get $p)))
    ${advance("(i32.const 3)")}
    (local.set $slot (i32.const 0))
    (local.set $outs (i32.const 0))
    (block $ready (loop $argument
      (br_if $ready (i32.eqz (local.get $left)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (local.set $tag (i32.load8_u (local.get $p)))
      ${advance("(i32.const 1)")}
      ${when(0, push("i32", size) + advance("(i32.const 4)"))}
      ${when(1, push("i64", "(i64.load (local.get $p))") + advance("(i32.const 8)"))}
      ${when(2, push("i32", "(i32.add (local.get $p) (i32.const 4))") + push("i32", size) + advance(`(i32.add ${size} (i32.const 4))`))}
      ${when(3, out(push("i32", "(local.get $out)") + push("i32", "(i32.add (local.get $out) (i32.const 4))")))}
      ${when(4, out(push("i32", "(local.get $out)")))}
      ${when(5, out(push("i32", "(local.get $out)")))}
      ${when(6, push("i32", "(local.get $context)"))}
      ${when(7, push("i32", "(i32.load offset=4 (local.get $program))"))}
      ${when(8, push("i32", "(global.get $token)"))}
      ${when(
        9,
        `(local.set $i (call $alloc (i32.const 8)))
         (i32.store (local.get $i) (i32.add (local.get $p) (i32.const 4)))
         (i32.store offset=4 (local.get $i) ${size})` +
          push("i32", "(local.get $i)") +
          advance(`(i32.add ${size} (i32.const 4))`),
      )}
      ${when(
        10,
        out(
          `(i32.store (local.get $out) (call $alloc ${size})) (i32.store offset=4 (local.get $out) ${size})`,
        ) +
          push("i32", "(i32.load (local.get $out))") +
          advance("(i32.const 4)"),
      )}
      ${when(11, out(push("i32", "(local.get $out)")))}
      (br $argument)))
    (if (i32.eq (local.get $number) (i32.const ${TRAP_NUMBER})) (then (unreachable)))
    (local.set $status (call $dispatch (local.get $number)))
    (if ${issuesToken} (then
      (global.set $token (i32.load (local.get $out)))
      (i32.store (i32.add (i32.const ${TOKENS}) (i32.shl (global.get $tokens) (i32.const 3))) (global.get $token))
      (i32.store offset=4 (i32.add (i32.const ${TOKENS}) (i32.shl (global.get $tokens) (i32.const 3))) (local.get $program))
      (global.set $tokens (i32.add (global.get $tokens) (i32.const 1)))))
    (call $begin (local.get $program) (local.get $hook) (local.get $number) (local.get $status))
    (local.set $i (i32.const 0))
    (block $told (loop $tell
      (br_if $told (i32.ge_u (local.get $i) (local.get $outs)))
      (local.set $out (i32.add (i32.const ${OUTS}) (i32.shl (local.get $i) (i32.const 4))))
      (local.set $tag (i32.load offset=8 (local.get $out)))
      (if (i32.eq (local.get $tag) (i32.const 4)) (then (call $outNumber (i32.load (local.get $out)))))
      (if (i32.eq (local.get $tag) (i32.const 5)) (then (call $outLong (i64.load (local.get $out)))))
      (if (i32.or (i32.eq (local.get $tag) (i32.const 3)) (i32.eq (local.get $tag) (i32.const 10)))
        (then (call $outBytes (local.get $tag) (i32.load (local.get $out)) (i32.load offset=4 (local.get $out)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $tell)))
    (call $write)
    (br $call)))
  (if (local.get $c) (then (return (i32.load8_s offset=2 (local.get $section)))))
  (i32.load8_s offset=1 (local.get $section)))
(func $runOf (param $context i32) (param $hook i32) (param $a i32) (param $b i32) (param $c i32) (result i32)
  (call $run (local.get $context) (call $programOf (local.get $context)) (local.get $hook) (local.get $a) (local.get $b) (local.get $c)))
(func $runOfToken (param $root i32) (param $token i32) (param $hook i32) (param $a i32) (param $b i32) (param $c i32) (local $p i32)
  (local.set $p (call $programOfToken (local.get $token) (local.get $root)))
  (if (i32.eqz (local.get $p)) (then (return)))
  (drop (call $run (i32.load (local.get $p)) (local.get $p) (local.get $hook) (local.get $a) (local.get $b) (local.get $c))))
;; Reads the configuration in a buffer as the program of a root.
(func $readBuffer (param $buffer i32) (param $size i32) (param $context i32) (result i32)
  (drop (call $proxy_get_buffer_bytes (local.get $buffer) (i32.const 0) (local.get $size) (i32.const 512) (i32.const 516)))
  (call $decode (i32.load (i32.const 512)) (i32.load (i32.const 516)) (local.get $context) (local.get $context)))`;
}

const parameter = (index: number): string => `(local.get ${index})`;
const ZERO = "(i32.const 0)";

/** The callbacks that play a program, with the arguments that they tell. */
function callbacks(version: AbiVersion): string {
  const define = (name: string, body: string): string =>
    `(func (export "${name}") ${typeOf(guestSignature(name, version)!)} ${body})`;
  const number = (hook: Hook): string => `(i32.const ${hookNumber(hook)})`;
  const stream = (name: string, hook: Hook, b: string, c: string, hasResult = true): string => {
    const call = `(call $runOf ${parameter(0)} ${number(hook)} ${ZERO} ${b} ${c})`;
    return define(name, hasResult ? call : `(drop ${call})`);
  };
  const ofToken = (name: string, hook: Hook, b: string, c: string): string =>
    define(name, `(call $runOfToken ${parameter(0)} ${parameter(1)} ${number(hook)} ${ZERO} ${b} ${c})`);
  const endOfHeaders = version === "0_1_0" ? ZERO : parameter(2);
  return [
    define(
      "proxy_on_vm_start",
      `(if ${parameter(1)} (then (return (i32.eqz (call $run ${parameter(0)} (call $readBuffer (i32.const 6) ${parameter(1)} ${parameter(0)}) ${number("vmStart")} ${ZERO} ${ZERO} ${ZERO})))))
       (i32.const 1)`,
    ),
    define(
      "proxy_on_configure",
      `(if ${parameter(1)} (then
         (call $remember ${parameter(0)} (call $readBuffer (i32.const 7) ${parameter(1)} ${parameter(0)}))
         (return (i32.eqz (call $runOf ${parameter(0)} ${number("configure")} ${ZERO} ${ZERO} ${ZERO})))))
       (i32.const 1)`,
    ),
    stream("proxy_on_tick", "tick", ZERO, ZERO, false),
    define(
      "proxy_on_context_create",
      `(if ${parameter(1)} (then (drop (call $run ${parameter(0)} (call $programOf ${parameter(1)}) ${number("contextCreate")} ${ZERO} ${ZERO} ${ZERO}))))`,
    ),
    define(
      "proxy_on_request_headers",
      `(i32.store (i32.const 516) ${ZERO})
       (if (i32.eqz (call $proxy_get_header_map_value ${ZERO} (i32.const ${NAMES}) (i32.const ${PROGRAM_HEADER.length}) (i32.const 512) (i32.const 516))) (then
         (call $remember ${parameter(0)} (call $decode (i32.load (i32.const 512)) (i32.load (i32.const 516)) ${parameter(0)} (i32.const 1)))))
       (call $runOf ${parameter(0)} ${number("requestHeaders")} ${ZERO} ${ZERO} ${endOfHeaders})`,
    ),
    stream("proxy_on_request_body", "requestBody", parameter(1), parameter(2)),
    stream("proxy_on_request_trailers", "requestTrailers", ZERO, ZERO),
    stream("proxy_on_response_headers", "responseHeaders", ZERO, endOfHeaders),
    stream("proxy_on_response_body", "responseBody", parameter(1), parameter(2)),
    stream("proxy_on_response_trailers", "responseTrailers", ZERO, ZERO),
    stream("proxy_on_log", "log", ZERO, ZERO, false),
    define(
      "proxy_on_done",
      `(drop (call $runOf ${parameter(0)} ${number("done")} ${ZERO} ${ZERO} ${ZERO})) (i32.const 1)`,
    ),
    stream("proxy_on_delete", "delete", ZERO, ZERO, false),
    ofToken("proxy_on_http_call_response", "callResponse", parameter(2), parameter(3)),
    ofToken("proxy_on_queue_ready", "queueReady", ZERO, ZERO),
    define(
      "proxy_on_foreign_function",
      `(drop (call $runOf ${parameter(0)} ${number("foreignFunction")} ${ZERO} ${parameter(1)} ${parameter(2)}))`,
    ),
    ofToken("proxy_on_grpc_receive_initial_metadata", "grpcInitialMetadata", ZERO, ZERO),
    ofToken("proxy_on_grpc_receive", "grpcMessage", ZERO, parameter(2)),
    ofToken("proxy_on_grpc_receive_trailing_metadata", "grpcTrailingMetadata", ZERO, ZERO),
    ofToken("proxy_on_grpc_close", "grpcClose", ZERO, parameter(2)),
  ].join("\n");
}
