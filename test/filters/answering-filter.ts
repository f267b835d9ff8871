import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import binaryen from "binaryen";

/** Answers requests that have a header `x-answer` itself: 418 with `server-timing: app` and `x-up: local`. */
const SOURCE = `(module
  (import "env" "proxy_get_header_map_value" (func $get (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_send_local_response" (func $reply (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "x-answer")
  (data (i32.const 64) "\\02\\00\\00\\00\\0d\\00\\00\\00\\03\\00\\00\\00\\04\\00\\00\\00\\05\\00\\00\\00server-timing\\00app\\00x-up\\00local\\00")
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "malloc") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (if (result i32) (i32.eqz (call $get (i32.const 0) (i32.const 16) (i32.const 8) (i32.const 0) (i32.const 4)))
      (then
        (drop (call $reply (i32.const 418) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
          (i32.const 64) (i32.const 49) (i32.const -1)))
        (i32.const 1))
      (else (i32.const 0)))))`;

/** Path of the module. */
export function answeringFilter(): string {
  const path = join(mkdtempSync(join(tmpdir(), "sidecraft-test-")), "answering.wasm");
  const module = binaryen.parseText(SOURCE);
  writeFileSync(path, module.emitBinary());
  module.dispose();
  return path;
}
