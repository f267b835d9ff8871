/** Small modules for tests, written as WebAssembly text. */
import { writeFile } from "node:fs/promises";
import binaryen from "binaryen";

/**
 * A filter that answers every request itself: the status is 200 plus the length of its configuration. It logs
 * `configured` and a line feed with quotes when it gets one, and refuses a configuration of exactly three bytes.
 */
const STATUS_FILTER = `(module
  (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
  (import "env" "proxy_send_local_response" (func $reply (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "configured \\"here\\"\\n[und \\c3\\bc]")
  (data (i32.const 64) "three bytes are refused")
  (global $size (mut i32) (i32.const 0))
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_configure") (param i32 i32) (result i32)
    (if (i32.eq (local.get 1) (i32.const 3))
      (then (drop (call $log (i32.const 4) (i32.const 64) (i32.const 23))) (return (i32.const 0))))
    (drop (call $log (i32.const 2) (i32.const 16) (i32.const 26)))
    (global.set $size (local.get 1))
    (i32.const 1))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (drop (call $reply (i32.add (i32.const 200) (global.get $size)) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const -1)))
    (i32.const 1)))`;

/** A filter without hooks: requests pass. */
const EMPTY_FILTER = `(module
  (memory (export "memory") 1)
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024)))`;

/** A filter that Envoy cannot link. */
const UNLINKABLE_FILTER = EMPTY_FILTER.replace("(module", '(module (import "env" "no_such_function" (func))');

/** What the status filter logs when it is configured. */
export const CONFIGURED_MESSAGE = 'configured "here"\n[und ü]';

/** The modules by name. */
export const MODULES = { status: STATUS_FILTER, empty: EMPTY_FILTER, unlinkable: UNLINKABLE_FILTER };

/** Assembles a module into a file and returns its path. */
export async function writeModule(path: string, name: keyof typeof MODULES): Promise<string> {
  const module = binaryen.parseText(MODULES[name]);
  try {
    await writeFile(path, module.emitBinary());
  } finally {
    module.dispose();
  }
  return path;
}
