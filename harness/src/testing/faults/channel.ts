/**
 * How faults reach a module in a real Envoy: each failing function has a gauge, which Envoy shares between all VMs and
 * threads. A plugin of the harness sets it when its configuration changes; the module under test, whose imports are
 * wrapped, reads it at each call.
 */
import { FAILABLE } from "./names.ts";

/** What all gauges of the channel begin with. */
export const GAUGE_PREFIX = "sc_flt";

/** Name of the gauge of function `name`; 8 characters, which the wrapper writes as one number. */
export function gaugeOf(name: string): string {
  return GAUGE_PREFIX + String(FAILABLE.indexOf(name)).padStart(2, "0");
}

/** A fault as the value of its gauge: u16 times left, u16 status, u16 calls that are made before. */
export interface FaultState {
  readonly times: number;
  readonly status: number;
  readonly after: number;
}

const TIMES = 0x10000;
const AFTER = 0x100000000;

/** The value of a gauge. */
export function encodeState({ times, status, after }: FaultState): bigint {
  return BigInt(after) * BigInt(AFTER) + BigInt(status) * BigInt(TIMES) + BigInt(times);
}

/** How often a fault is still to happen, from the value of its gauge. */
export function timesLeft(value: number): number {
  return value % TIMES;
}

/** The configuration of the harness's plugin: u32 number of the change, gauge, value, all but the name in hexadecimal. */
export function encodeChange(number: number, name: string, state: FaultState): string {
  const hex = (value: number | bigint, digits: number): string => value.toString(16).padStart(digits, "0");
  return hex(number, 8) + gaugeOf(name) + hex(encodeState(state), 16);
}

/** Gauge with the number of the last change: the same configuration comes once to each thread, and counts once. */
const CHANGE_GAUGE = `${GAUGE_PREFIX}##`;

/** The harness's plugin, as WebAssembly text. It has no hooks of streams. */
export const CONTROL_TEXT = `(module
  (import "env" "proxy_get_buffer_bytes" (func $config (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_define_metric" (func $define (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_record_metric" (func $record (param i32 i64) (result i32)))
  (import "env" "proxy_get_metric" (func $get (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "${CHANGE_GAUGE}")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func $hex (param $at i32) (param $digits i32) (result i64)
    (local $value i64) (local $digit i32)
    (loop $next
      (local.set $digit (i32.load8_u (local.get $at)))
      (local.set $digit (i32.sub (local.get $digit)
        (select (i32.const 87) (i32.const 48) (i32.gt_u (local.get $digit) (i32.const 57)))))
      (local.set $value (i64.or (i64.shl (local.get $value) (i64.const 4)) (i64.extend_i32_u (local.get $digit))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (local.tee $digits (i32.sub (local.get $digits) (i32.const 1)))))
    (local.get $value))
  (func $gauge (param $name i32) (result i32)
    (drop (call $define (i32.const 1) (local.get $name) (i32.const 8) (i32.const 16)))
    (i32.load (i32.const 16)))
  (func (export "proxy_on_configure") (param i32 i32) (result i32)
    (local $change i32)
    (if (i32.ne (local.get 1) (i32.const 32)) (then (return (i32.const 1))))
    (drop (call $config (i32.const 7) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 4)))
    (local.set $change (call $gauge (i32.const 64)))
    (drop (call $get (local.get $change) (i32.const 24)))
    (if (i64.ne (i64.load (i32.const 24)) (call $hex (i32.const 1024) (i32.const 8)))
      (then
        (drop (call $record (local.get $change) (call $hex (i32.const 1024) (i32.const 8))))
        (drop (call $record (call $gauge (i32.const 1032)) (call $hex (i32.const 1040) (i32.const 16))))))
    (i32.const 1)))`;
