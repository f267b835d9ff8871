const FACTOR: u64 = 0x9e3779b97f4a7c15;

/**
 * A hash of the `length` bytes at `ptr`, eight at a time; its lowest bits are as good as the others. Not keyed against
 * chosen bytes, and not for storing: it may be another one tomorrow.
 */
export function quickHash(ptr: usize, length: i32): u32 {
  let hash: u64 = <u64>length * FACTOR;
  let at = ptr;
  for (let left = length; left > 8; left -= 8) {
    hash = mix(hash ^ load<u64>(at));
    at += 8;
  }
  return <u32>mix(hash ^ lastWord(ptr, length));
}

/** The last up to eight bytes, of a longer range together with some before them. */
function lastWord(ptr: usize, length: i32): u64 {
  const end = ptr + <usize>length;
  if (length >= 8) return load<u64>(end - 8);
  if (length >= 4) return (<u64>load<u32>(ptr)) | ((<u64>load<u32>(end - 4)) << 32);
  if (length == 0) return 0;
  return (
    (<u64>load<u8>(ptr)) |
    ((<u64>load<u8>(ptr + <usize>(length >> 1))) << 8) |
    ((<u64>load<u8>(end - 1)) << 16)
  );
}

function mix(value: u64): u64 {
  const product = value * FACTOR;
  return product ^ (product >> 32);
}
