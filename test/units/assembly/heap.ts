// The SDK's heap as a program uses it: objects held in a table, linked lists, memory without a collector.

// @ts-ignore: the SDK's heap, which the test puts in the place of the runtime.
import { total } from "rt/tcms";

const held = new StaticArray<ArrayBuffer | null>(1024);

/** Holds a new buffer at `index`, in place of the one that is there; returns its address. */
export function hold(index: i32, size: usize): usize {
  const address = __new(size, idof<ArrayBuffer>());
  held[index] = changetype<ArrayBuffer>(address);
  return address;
}

export function resize(index: i32, size: usize): usize {
  const address = __renew(changetype<usize>(held[index]), size);
  held[index] = changetype<ArrayBuffer>(address);
  return address;
}

export function drop(index: i32): void {
  held[index] = null;
}

export function collect(): void {
  __collect();
}

export function totalBytes(): usize {
  return total;
}

export function allocate(size: usize): usize {
  return heap.alloc(size);
}

export function reallocate(address: usize, size: usize): usize {
  return heap.realloc(address, size);
}

export function release(address: usize): void {
  heap.free(address);
}

class Node {
  constructor(
    readonly value: i32,
    readonly next: Node | null,
  ) {}
}

let list: Node | null = null;
/** The compiler places it in memory; what it refers to later is made at run time. */
const constant: StaticArray<string> = ["a", "b"];

/** A list of `length` nodes: nothing that follows links may need a stack. */
export function makeList(length: i32): void {
  list = null;
  for (let i = 0; i < length; i++) list = new Node(i, list);
}

export function sumOfList(): i64 {
  let sum: i64 = 0;
  let node = list;
  while (node) {
    sum += node.value;
    node = node.next;
  }
  return sum;
}

export function keepInConstant(number: i32): void {
  constant[1] = number.toString();
}

export function constantIs(number: i32): bool {
  return constant[1] == number.toString();
}

export function pin(size: i32): usize {
  return __pin(changetype<usize>(new ArrayBuffer(size)));
}

export function unpin(address: usize): void {
  __unpin(address);
}
