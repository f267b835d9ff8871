;; Header rewrite. `malloc` places what the host returns right behind "u:", so that prefix and value are one text.
(module
  (import "env" "proxy_get_header_map_value"
    (func $get (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_replace_header_map_value"
    (func $replace (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_add_header_map_value"
    (func $add (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_remove_header_map_value"
    (func $remove (param i32 i32 i32) (result i32)))

  ;; 0: address out, 4: size out. Texts from 16 on, "u:" at 64. Half of the first page is scratch.
  (memory (export "memory") 1)
  (data (i32.const 16) "x-user")
  (data (i32.const 24) "x-out")
  (data (i32.const 32) "x-secret")
  (data (i32.const 40) "x-filter")
  (data (i32.const 48) "1")
  (data (i32.const 64) "u:")

  (func (export "proxy_abi_version_0_2_1"))

  ;; No room for more than one page holds: the host then fails its call.
  (func (export "malloc") (param $size i32) (result i32)
    (select (i32.const 66) (i32.const 0) (i32.lt_u (local.get $size) (i32.const 65000))))

  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (if (i32.eqz (call $get
          (i32.const 0) (i32.const 16) (i32.const 6) (i32.const 0) (i32.const 4)))
      (then (drop (call $replace
          (i32.const 0) (i32.const 24) (i32.const 5)
          (i32.const 64) (i32.add (i32.load (i32.const 4)) (i32.const 2))))))
    (drop (call $remove (i32.const 0) (i32.const 32) (i32.const 8)))
    (i32.const 0))

  (func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32)
    (drop (call $add
        (i32.const 2) (i32.const 40) (i32.const 8) (i32.const 48) (i32.const 1)))
    (i32.const 0)))
