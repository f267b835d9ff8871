/** 32-bit FNV-1a of the `length` bytes at `ptr`: fast on short keys, not keyed against chosen ones. */
export function fnv1a(ptr: usize, length: i32): u32 {
  let hash: u32 = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = (hash ^ load<u8>(ptr + i)) * 0x01000193;
  return hash;
}
