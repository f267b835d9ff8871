// Arrays of fixed length whose length the caller vouches for: made without checks, and by the same code for all types.

/** `length` elements that are 0 or null. */
export function zeroedArray<T>(length: i32): StaticArray<T> {
  return changetype<StaticArray<T>>(zeroed((<usize>length) << alignof<T>(), idof<StaticArray<T>>()));
}

/** The elements of `array`, and as many more that are 0 or null. */
export function doubledArray<T>(array: StaticArray<T>): StaticArray<T> {
  const size = (<usize>array.length) << alignof<T>();
  return changetype<StaticArray<T>>(doubled(changetype<usize>(array), size, idof<StaticArray<T>>()));
}

function zeroed(size: usize, id: u32): usize {
  const array = __new(size, id);
  memory.fill(array, 0, size);
  return array;
}

function doubled(array: usize, size: usize, id: u32): usize {
  const larger = zeroed(size << 1, id);
  memory.copy(larger, array, size);
  return larger;
}
