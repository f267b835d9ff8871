// The heap of filters: memory manager and garbage collector in one. The transform puts it in the place of the
// compiler's own (`~lib/rt/tlsf` and `~lib/rt/tcms`). The SDK collects between callbacks only, so nothing is referenced
// from the stack, and all that is free can be found in one walk over the heap: lists of free cells in the order of
// their addresses, free neighbours joined. Between two collections memory is only taken, which costs a few steps.
//
// The heap is a row of spans, whose sizes are multiples of 512 bytes, the alignment of all of them. A span of 512 bytes
// holds cells of one size for small objects; any other holds one large object, or is free.
//
//   span    │ size | kind │ 12 bytes header │ object ...   │ 12 bytes header │ object ...   │
//   header  │ link or mark │ class │ size │  what the compiler reads begins with `class`

// @ts-ignore: decorator
@inline const SPAN: usize = 512;
// @ts-ignore: decorator
@inline const SPAN_HEADER: usize = 4;
/** The part of a span's first word that is its kind: bytes of a cell, `LARGE` or `FREE`. */
// @ts-ignore: decorator
@inline const KIND: usize = 255;
// @ts-ignore: decorator
@inline const LARGE: usize = 0;
// @ts-ignore: decorator
@inline const FREE: usize = 1;

/** Bytes before an object: a word of the collector's, its class, its size. */
// @ts-ignore: decorator
@inline const HEADER: usize = 12;
/** Cells are multiples of 16 bytes up to this; an object that fits in none has a span of its own. */
// @ts-ignore: decorator
@inline const MAX_CELL: usize = 240;
// @ts-ignore: decorator
@inline const MAX_SIZE: usize = 1 << 30;

/** Bits in an object's first word, whose others are a link: reachable as far as is known; kept until it is freed. */
// @ts-ignore: decorator
@inline const MARKED: usize = 1;
// @ts-ignore: decorator
@inline const KEPT: usize = 2;
// @ts-ignore: decorator
@inline const FLAGS: usize = 3;

/** At 4 × (bytes of a cell / 16): the first free cell of that size. At 0: the first free span. */
// @ts-ignore: decorator
@lazy const lists: usize = memory.data(64, 4);
/** While sweeping: where the next of each list is to be written. */
// @ts-ignore: decorator
@lazy const ends: usize = memory.data(64, 4);
/** The first span; 0 before the first allocation. */
// @ts-ignore: decorator
@lazy let bottom: usize = 0;
/** Where the spans end, and memory begins that never was one. */
// @ts-ignore: decorator
@lazy let top: usize = 0;
/** The end of that memory. */
// @ts-ignore: decorator
@lazy let limit: usize = 0;
/** No free span is larger. */
// @ts-ignore: decorator
@lazy let largestFree: usize = 0;
/** The link to the free span with which the next search for a large object begins. */
// @ts-ignore: decorator
@lazy let resume: usize = lists;
/** The marked objects whose members are not yet marked, linked through their first words. */
// @ts-ignore: decorator
@lazy let pending: usize = 0;
/** Whether the members of an object are being marked: one after the other, whatever the depth of what they hold. */
// @ts-ignore: decorator
@lazy let isMarking: bool = false;
/** The marked objects that the compiler placed in memory, linked through the words before their first. */
// @ts-ignore: decorator
@lazy let constants: usize = 0;
/** What `__pin` keeps, in nodes of object and next node. */
// @ts-ignore: decorator
@lazy let pins: usize = 0;

/** Bytes of all objects, those that are garbage by now included. */
// @ts-ignore: decorator
@lazy export let total: usize = 0;

/** Takes `size` bytes, a multiple of SPAN; 0 when memory is exhausted. */
function takeSpan(size: usize): usize {
  let span = findSpan(size);
  if (span != 0) return span;
  if (limit - top < size && !grow(size)) {
    resume = lists;
    return findSpan(size);
  }
  span = top;
  top += size;
  return span;
}

/**
 * Takes `size` bytes of a free span; 0 when none is found. For cells any will do. For large objects the search goes on
 * where the last one ended: it passes over each span once between two collections, however many are too small.
 */
function findSpan(size: usize): usize {
  if (size > largestFree) return 0;
  let link = size > SPAN ? resume : lists;
  let span = load<usize>(link);
  let rest: usize = 0;
  while (span != 0) {
    const has = load<usize>(span) & ~KIND;
    const next = load<usize>(span, 4);
    if (has >= size) {
      rest = has - size;
      if (rest > 0) store<usize>(span, rest | FREE);
      else store<usize>(link, next);
      break;
    }
    link = span + 4;
    span = next;
  }
  // Never a link in a span that is taken.
  if (size > SPAN || resume == span + 4) resume = link;
  return span + rest;
}

/** Makes room for `size` bytes above `top`; false when memory is exhausted. */
function grow(size: usize): bool {
  const pages = memory.size();
  const end = (<usize>pages) << 16;
  if (bottom == 0) top = bottom = (__heap_base + SPAN - 1) & ~(SPAN - 1);
  else if (end != limit) {
    // Pages that somebody else has added are not ours: a large object that nobody frees spans them.
    store<usize>(top, (end - top) | LARGE);
    store<usize>(top, KEPT, SPAN_HEADER);
    top = end;
  }
  limit = max(end, top);
  if (limit - top >= size) return true;
  const needed = <i32>((top + size + 0xffff) >> 16) - pages;
  // More than is needed: pages that are never touched cost nothing, and memory settles after a few steps.
  if (memory.grow(max(needed, pages >> 1)) < 0 && memory.grow(needed) < 0) return false;
  limit = (<usize>memory.size()) << 16;
  return true;
}

/** Makes a span of cells and puts them into their list; returns the first, 0 when memory is exhausted. */
function addCells(list: usize, cell: usize): usize {
  const span = takeSpan(SPAN);
  if (span == 0) return 0;
  store<usize>(span, SPAN | cell);
  const last = span + SPAN - cell;
  let link = list;
  for (let at = span + SPAN_HEADER; at <= last; at += cell) {
    store<usize>(link, at);
    link = at;
  }
  store<usize>(link, 0);
  return span + SPAN_HEADER;
}

/** The address of a new object's header, without content; 0 when memory is exhausted. */
function take(size: usize): usize {
  let at: usize;
  if (size <= MAX_CELL - HEADER) {
    const cell = (size + HEADER + 15) & ~15;
    const list = lists + (cell >> 2);
    at = load<usize>(list);
    if (at == 0) {
      at = addCells(list, cell);
      if (at == 0) return 0;
    }
    store<usize>(list, load<usize>(at));
    total += cell;
  } else {
    if (size > MAX_SIZE) return 0;
    const span = (size + SPAN_HEADER + HEADER + SPAN - 1) & ~(SPAN - 1);
    at = takeSpan(span);
    if (at == 0) return 0;
    store<usize>(at, span | LARGE);
    at += SPAN_HEADER;
    store<usize>(at, 0);
    total += span;
  }
  store<u32>(at, <u32>size, 8);
  return at;
}

/** Takes the object whose header is at `at` for free. */
function release(at: usize): void {
  const span = at & ~(SPAN - 1);
  const kind = load<usize>(span) & KIND;
  if (kind != LARGE) {
    const list = lists + (kind >> 2);
    store<usize>(at, load<usize>(list));
    store<usize>(list, at);
    total -= kind;
  } else {
    const size = load<usize>(span);
    store<usize>(span, size | FREE);
    store<usize>(span, load<usize>(lists), 4);
    store<usize>(lists, span);
    largestFree = max(largestFree, size);
    total -= size;
  }
}

/** How many bytes the object at `ptr` can grow to where it is. */
function roomOf(ptr: usize): usize {
  const header = load<usize>(ptr & ~(SPAN - 1));
  const kind = header & KIND;
  return kind != LARGE ? kind - HEADER : header - SPAN_HEADER - HEADER;
}

// @ts-ignore: decorator
@global @unsafe
export function __new(size: usize, id: u32): usize {
  const at = take(size);
  if (at == 0) abort("out of memory", null, 0, 0);
  store<u32>(at, id, 4);
  return at + HEADER;
}

// @ts-ignore: decorator
@global @unsafe
export function __renew(oldPtr: usize, size: usize): usize {
  const old = oldPtr - HEADER;
  const isOurs = oldPtr >= __heap_base;
  if (isOurs && size <= roomOf(oldPtr)) {
    store<u32>(old, <u32>size, 8);
    return oldPtr;
  }
  const ptr = __new(size, load<u32>(old, 4));
  memory.copy(ptr, oldPtr, min(size, <usize>load<u32>(old, 8)));
  if (isOurs) release(old);
  return ptr;
}

// @ts-ignore: decorator
@global @unsafe
export function __alloc(size: usize): usize {
  const ptr = __new(size, 0);
  store<usize>(ptr - HEADER, KEPT);
  return ptr;
}

// @ts-ignore: decorator
@global @unsafe
export function __realloc(ptr: usize, size: usize): usize {
  const moved = __renew(ptr, size);
  store<usize>(moved - HEADER, KEPT);
  return moved;
}

// @ts-ignore: decorator
@global @unsafe
export function __free(ptr: usize): void {
  if (ptr < __heap_base) return;
  if (load<usize>(ptr - HEADER) != KEPT) unreachable();
  release(ptr - HEADER);
}

// @ts-ignore: decorator
@global @unsafe
export function __link(parentPtr: usize, childPtr: usize, expectMultiple: bool): void {}

// @ts-ignore: decorator
@global @unsafe
export function __pin(ptr: usize): usize {
  if (ptr != 0) {
    const node = __alloc(8);
    store<usize>(node, ptr);
    store<usize>(node, pins, 4);
    pins = node;
  }
  return ptr;
}

// @ts-ignore: decorator
@global @unsafe
export function __unpin(ptr: usize): void {
  let before: usize = 0;
  for (let node = pins; node != 0; before = node, node = load<usize>(node, 4)) {
    if (load<usize>(node) != ptr) continue;
    const next = load<usize>(node, 4);
    if (before == 0) pins = next;
    else store<usize>(before, next, 4);
    return __free(node);
  }
  if (ptr != 0) abort("not pinned", null, 0, 0);
}

// @ts-ignore: decorator
@global @unsafe
export function __visit(ptr: usize, cookie: u32): void {
  if (ptr == 0) return;
  const at = ptr - HEADER;
  if ((load<usize>(at) & FLAGS) != 0) return;
  store<usize>(at, pending | MARKED);
  pending = at;
  if (ptr < __heap_base) {
    store<usize>(at - 4, constants);
    constants = at;
  }
  // Here and not in __collect: a function with a loop is not copied to each of its many callers.
  if (!isMarking) markPending();
}

function markPending(): void {
  isMarking = true;
  while (pending != 0) {
    const at = pending;
    pending = load<usize>(at) & ~FLAGS;
    __visit_members(at + HEADER, 0);
  }
  isMarking = false;
}

// @ts-ignore: decorator
@global @unsafe
export function __collect(): void {
  __visit_globals(0);
  for (let node = pins; node != 0; node = load<usize>(node, 4)) __visit(load<usize>(node), 0);
  while (constants != 0) {
    const at = constants;
    constants = load<usize>(at - 4);
    store<usize>(at, 0);
  }
  if (bottom != 0) sweep();
}

/** Finds all that is free, and takes the marks off the rest. */
function sweep(): void {
  for (let list: usize = 0; list < 64; list += 4) store<usize>(ends + list, lists + list);
  let live: usize = 0;
  let largest: usize = 0;
  /** The free span that ends where the walk is, and where the link to it stands. */
  let free: usize = 0;
  let linkToFree: usize = 0;
  let span = bottom;
  while (span != top) {
    const header = load<usize>(span);
    const kind = header & KIND;
    const size = header & ~KIND;
    let used: usize = 0;
    if (kind == LARGE) {
      const flags = load<usize>(span, SPAN_HEADER) & FLAGS;
      if (flags != 0) used = size;
      if (flags == MARKED) store<usize>(span, 0, SPAN_HEADER);
    } else if (kind != FREE) {
      const end = ends + (kind >> 2);
      let link = load<usize>(end);
      for (let at = span + SPAN_HEADER, last = span + SPAN - kind; at <= last; at += kind) {
        const flags = load<usize>(at) & FLAGS;
        if (flags == 0) {
          store<usize>(link, at);
          link = at;
        } else {
          used += kind;
          if (flags == MARKED) store<usize>(at, 0);
        }
      }
      if (used != 0) store<usize>(end, link);
    }
    live += used;
    if (used != 0) free = 0;
    else {
      if (free == 0) {
        free = span;
        linkToFree = load<usize>(ends);
        store<usize>(linkToFree, span);
        store<usize>(ends, span + 4);
      }
      const joined = span + size - free;
      store<usize>(free, joined | FREE);
      largest = max(largest, joined);
    }
    span += size;
  }
  if (free != 0) {
    top = free;
    store<usize>(ends, linkToFree);
  }
  for (let list: usize = 0; list < 64; list += 4) store<usize>(load<usize>(ends + list), 0);
  largestFree = largest;
  resume = lists;
  total = live;
}
