// The memory manager of filters: the transform puts it in the place of `~lib/rt/tlsf`. A filter makes and drops many
// small blocks of few sizes for each request, and a list of free blocks for each size serves that in a few steps.
//
// Free neighbours are not joined at once but all together, when otherwise memory would have to grow, and only if a
// quarter of the heap was freed since the last time. So joining costs each freed block a constant, and what is free
// but cannot be used for want of joining is at most that quarter.

import { AL_MASK, BLOCK, BLOCK_MAXSIZE, BLOCK_OVERHEAD } from "./common";

/** Marks a free block in `mmInfo`, whose other bits are the size without `mmInfo` itself. */
// @ts-ignore: decorator
@inline const FREE: usize = 1;
/** Blocks of 1 to 32 units (of 16 bytes) have a list for each size; larger ones one for each power of two. */
// @ts-ignore: decorator
@inline const EXACT: u32 = 32;
/** How many blocks of a mixed list are looked at for one that is large enough. */
// @ts-ignore: decorator
@inline const TRIES: i32 = 16;

// ╒═════════════════════ Block layout (32-bit) ═══════════════════╕
// ├───────────────────────────────────────────────────────────┴─┴─┤
// │                          size                             │0│F│ mmInfo
// ╞>ptr═══════════════════════════════════════════════════════╧═╧═╡
// │                   if free: next of the list                   │
// │                              ...                              │ 12, 28, 44, ... bytes
// └───────────────────────────────────────────────────────────────┘
@unmanaged class Block extends BLOCK {
  next: Block | null;
}

/** The first free block of each list. */
// @ts-ignore: decorator
@lazy const lists: usize = memory.data(64 * sizeof<usize>(), sizeof<usize>());
/** Bit n is set when list n may hold a block; it is cleared when the list is found to be empty. */
// @ts-ignore: decorator
@lazy let filled: u64 = 0;
/** The first block; 0 before the first allocation. */
// @ts-ignore: decorator
@lazy let bottom: usize = 0;
/** Where the blocks end and the memory begins that never was one. */
// @ts-ignore: decorator
@lazy let top: usize = 0;
/** The end of that memory. */
// @ts-ignore: decorator
@lazy let limit: usize = 0;
/** Bytes freed since free neighbours were joined. */
// @ts-ignore: decorator
@lazy let freed: usize = 0;

/** The list for blocks of `size` bytes in all. */
function listFor(size: usize): u32 {
  const units = <u32>(size >> 4);
  return units <= EXACT ? units - 1 : EXACT - 5 + (31 - clz<u32>(units));
}

function totalOf(block: Block): usize {
  return (block.mmInfo & ~FREE) + BLOCK_OVERHEAD;
}

/** The size of a block, with `mmInfo`, that holds `payload` bytes. */
function totalFor(payload: usize): usize {
  return max<usize>((payload + BLOCK_OVERHEAD + AL_MASK) & ~AL_MASK, AL_MASK + 1);
}

/** Puts the `total` bytes at `at` into their list. */
function release(at: usize, total: usize): void {
  const list = listFor(total);
  const head = lists + ((<usize>list) << alignof<usize>());
  const block = changetype<Block>(at);
  block.mmInfo = (total - BLOCK_OVERHEAD) | FREE;
  block.next = changetype<Block | null>(load<usize>(head));
  store<usize>(head, at);
  filled |= (<u64>1) << list;
}

/** Takes `block`, that `head` points to, for `total` bytes; what it has more becomes a block of its own. */
function take(block: Block, head: usize, total: usize): usize {
  store<usize>(head, changetype<usize>(block.next));
  const rest = totalOf(block) - total;
  if (rest > 0) release(changetype<usize>(block) + total, rest);
  block.mmInfo = total - BLOCK_OVERHEAD;
  return changetype<usize>(block) + BLOCK_OVERHEAD;
}

/** Takes a block of `total` bytes from a list for such or for larger ones; 0 when there is none. */
function takeListed(total: usize): usize {
  let list = listFor(total);
  if (list >= EXACT) {
    let head = lists + ((<usize>list) << alignof<usize>());
    for (let i = 0; i < TRIES; i++) {
      const block = changetype<Block | null>(load<usize>(head));
      if (!block) break;
      if (totalOf(block) >= total) return take(block, head, total);
      head = changetype<usize>(block) + offsetof<Block>("next");
    }
    list++;
  }
  while (true) {
    const larger = filled & (~(<u64>0) << list);
    if (larger == 0) return 0;
    list = <u32>ctz<u64>(larger);
    const head = lists + ((<usize>list) << alignof<usize>());
    const block = changetype<Block | null>(load<usize>(head));
    if (block) return take(block, head, total);
    filled &= ~((<u64>1) << list);
  }
}

/** Takes `total` bytes that never were a block; 0 when there are not so many. */
function takeNew(total: usize): usize {
  if (limit - top < total) return 0;
  const block = changetype<Block>(top);
  top += total;
  block.mmInfo = total - BLOCK_OVERHEAD;
  return changetype<usize>(block) + BLOCK_OVERHEAD;
}

/** Joins all free neighbours and builds the lists anew. */
function joinFree(): void {
  memory.fill(lists, 0, 64 * sizeof<usize>());
  filled = 0;
  freed = 0;
  let at = bottom;
  while (at < top) {
    let end = at + totalOf(changetype<Block>(at));
    if (changetype<Block>(at).mmInfo & FREE) {
      while (end < top && changetype<Block>(end).mmInfo & FREE) end += totalOf(changetype<Block>(end));
      if (end == top) {
        top = at;
        return;
      }
      release(at, end - at);
    }
    at = end;
  }
}

/** Makes room for a new block of `total` bytes; false when memory cannot grow. */
function grow(total: usize): bool {
  const pages = memory.size();
  const end = (<u64>pages) << 16;
  // Pages that somebody else has added since are not ours: a block that nobody frees spans them.
  if (end > <u64>limit + BLOCK_OVERHEAD) {
    const next = <usize>end + AL_MASK + 1 - BLOCK_OVERHEAD;
    changetype<Block>(top).mmInfo = next - top - BLOCK_OVERHEAD;
    top = next;
  }
  const wanted = (<u64>top + total + BLOCK_OVERHEAD + 0xffff) >> 16;
  if (wanted > 0x10000 || memory.grow(<i32>wanted - pages) < 0) return false;
  limit = <usize>((wanted << 16) - BLOCK_OVERHEAD);
  return true;
}

/** A block of `total` bytes where no list for just this size has one; 0 when memory cannot grow. */
function find(total: usize): usize {
  if (bottom == 0) {
    top = bottom = ((__heap_base + BLOCK_OVERHEAD + AL_MASK) & ~AL_MASK) - BLOCK_OVERHEAD;
    limit = max<usize>(((<usize>memory.size()) << 16) - BLOCK_OVERHEAD, top);
  }
  const isSmall = total <= (<usize>EXACT) << 4;
  // Small blocks of one size are made side by side, large ones not before what is free has been looked through.
  let found = isSmall ? takeNew(total) : takeListed(total);
  if (found == 0) found = isSmall ? takeListed(total) : takeNew(total);
  if (found == 0 && freed >= (top - bottom) >> 2) {
    joinFree();
    found = takeListed(total);
    if (found == 0) found = takeNew(total);
  }
  if (found == 0 && grow(total)) found = takeNew(total);
  return found;
}

/** The address of `size` bytes, or 0 when memory is exhausted. */
export function tryAllocate(size: usize): usize {
  if (size > BLOCK_MAXSIZE) return 0;
  const total = totalFor(size);
  if (total <= (<usize>EXACT) << 4) {
    // What is done for nearly every block: the first of its list.
    const head = lists + ((total >> 4) << alignof<usize>()) - sizeof<usize>();
    const block = changetype<Block | null>(load<usize>(head));
    if (block) {
      store<usize>(head, changetype<usize>(block.next));
      block.mmInfo = total - BLOCK_OVERHEAD;
      return changetype<usize>(block) + BLOCK_OVERHEAD;
    }
  }
  return find(total);
}

// @ts-ignore: decorator
@global @unsafe
export function __alloc(size: usize): usize {
  if (size > BLOCK_MAXSIZE) unreachable();
  const found = tryAllocate(size);
  if (found == 0) unreachable();
  return found;
}

// @ts-ignore: decorator
@global @unsafe
export function __realloc(ptr: usize, size: usize): usize {
  if (size > BLOCK_MAXSIZE) unreachable();
  const block = changetype<Block>(ptr - BLOCK_OVERHEAD);
  if (block.mmInfo & FREE) unreachable();
  const has = totalOf(block);
  const wanted = totalFor(size);
  const end = changetype<usize>(block) + has;
  if (ptr >= __heap_base) {
    if (end == top && (wanted <= has || limit - end >= wanted - has)) {
      // The last block ends where it is told to.
      top = changetype<usize>(block) + wanted;
      block.mmInfo = wanted - BLOCK_OVERHEAD;
      return ptr;
    }
    if (wanted <= has) {
      if (wanted < has) {
        block.mmInfo = wanted - BLOCK_OVERHEAD;
        release(end - (has - wanted), has - wanted);
        freed += has - wanted;
      }
      return ptr;
    }
  }
  const moved = __alloc(size);
  memory.copy(moved, ptr, min<usize>(has - BLOCK_OVERHEAD, size));
  __free(ptr);
  return moved;
}

// @ts-ignore: decorator
@global @unsafe
export function __free(ptr: usize): void {
  if (ptr < __heap_base) return;
  const block = changetype<Block>(ptr - BLOCK_OVERHEAD);
  if (block.mmInfo & FREE) unreachable();
  const total = totalOf(block);
  freed += total;
  release(changetype<usize>(block), total);
}
