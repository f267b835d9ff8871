#!/bin/sh
# Compilers for the modules of other languages (test/languages), on a bare Debian machine: clang with wasi-libc, and Rust's
# WebAssembly target. Go, Rust and npm are expected; what is there is left alone.
set -eu

if ! command -v clang++ >/dev/null || [ ! -e /usr/include/wasm32-wasi ]; then
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends clang lld wasi-libc libclang-rt-dev-wasm32
fi
if [ ! -e "$(rustc --print sysroot)/lib/rustlib/wasm32-wasip1/lib" ]; then rustup target add wasm32-wasip1; fi
