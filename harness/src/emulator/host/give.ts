import { encodePairs, Status, type Pair } from "../../abi/index.ts";
import type { Vm } from "../vm/vm.ts";

/**
 * Hands bytes to the guest through its allocator and two out-pointers (proxy-wasm spec 0.2.1). As in
 * Envoy 1.40 nothing is allocated for zero bytes: pointer and size are 0.
 * @returns InvalidMemoryAccess if the allocator gives nothing or a pointer is out of bounds
 */
export function giveBytes(vm: Vm, bytes: Uint8Array, pointerOut: number, sizeOut: number): Status {
  const pointer = reserve(vm, bytes.length, pointerOut, sizeOut);
  if (pointer < 0) return Status.InvalidMemoryAccess;
  if (bytes.length > 0) vm.memory.setBytes(pointer, bytes);
  return Status.Ok;
}

/** Hands a byte string to the guest. See {@link giveBytes}. */
export function giveText(vm: Vm, text: string, pointerOut: number, sizeOut: number): Status {
  const pointer = reserve(vm, text.length, pointerOut, sizeOut);
  if (pointer < 0) return Status.InvalidMemoryAccess;
  if (text.length > 0) vm.memory.setText(pointer, text);
  return Status.Ok;
}

/** Hands a serialized header list to the guest. See {@link giveBytes}. */
export function givePairs(vm: Vm, pairs: readonly Pair[], pointerOut: number, sizeOut: number): Status {
  return giveBytes(vm, encodePairs(pairs), pointerOut, sizeOut);
}

function reserve(vm: Vm, size: number, pointerOut: number, sizeOut: number): number {
  const { memory } = vm;
  let pointer = 0;
  if (size > 0) {
    pointer = vm.allocate(size) >>> 0;
    if (pointer === 0 || !memory.has(pointer, size)) return -1;
  }
  return memory.setU32(pointerOut, pointer) && memory.setU32(sizeOut, size) ? pointer : -1;
}
