/**
 * Length of the UTF-8 sequence at `ptr` with `left` readable bytes, 1 to 4; for bytes that are none, minus the
 * length of the longest part that could begin one, at least 1 (what one U+FFFD stands for: WHATWG Encoding,
 * "maximal subpart" in Unicode 3.9). `left` must be positive.
 */
export function sequenceLength(ptr: usize, left: i32): i32 {
  const first: u32 = load<u8>(ptr);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return -1;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  // Only the second byte has ranges of its own: they exclude overlong forms, surrogates and > U+10FFFF.
  let low: u32 = 0x80;
  let high: u32 = 0xbf;
  if (first == 0xe0) low = 0xa0;
  else if (first == 0xed) high = 0x9f;
  else if (first == 0xf0) low = 0x90;
  else if (first == 0xf4) high = 0x8f;
  for (let i = 1; i < length; i++) {
    if (i == left) return -i;
    const byte: u32 = load<u8>(ptr + i);
    if (byte < low || byte > high) return -i;
    low = 0x80;
    high = 0xbf;
  }
  return length;
}

/** The code point of a valid sequence of `length` bytes at `ptr`. */
export function codePointAt(ptr: usize, length: i32): u32 {
  const first: u32 = load<u8>(ptr);
  if (length == 1) return first;
  if (length == 2) return ((first & 0x1f) << 6) | continuation(ptr + 1);
  if (length == 3) return ((first & 0x0f) << 12) | (continuation(ptr + 1) << 6) | continuation(ptr + 2);
  return (
    ((first & 0x07) << 18) |
    (continuation(ptr + 1) << 12) |
    (continuation(ptr + 2) << 6) |
    continuation(ptr + 3)
  );
}

function continuation(ptr: usize): u32 {
  return load<u8>(ptr) & 0x3f;
}

/** Whether the `length` bytes at `ptr` are UTF-8 (RFC 3629). */
export function isValidUtf8(ptr: usize, length: i32): bool {
  let at = 0;
  while (at < length) {
    while (at + 8 <= length && (load<u64>(ptr + at) & 0x8080808080808080) == 0) at += 8;
    if (at == length) return true;
    const step = sequenceLength(ptr + at, length - at);
    if (step < 0) return false;
    at += step;
  }
  return true;
}

/** The `length` bytes at `ptr` as a string; what is not UTF-8 becomes U+FFFD (WHATWG Encoding 8.1.1). */
export function decodeUtf8(ptr: usize, length: i32): string {
  if (length == 0) return "";
  // No byte yields more than one UTF-16 unit.
  const text = changetype<string>(__new((<usize>length) << 1, idof<string>()));
  const target = changetype<usize>(text);
  let at = 0;
  let units = 0;
  while (at < length) {
    const step = sequenceLength(ptr + at, length - at);
    if (step < 0) {
      at -= step;
      store<u16>(target + (units++ << 1), 0xfffd);
      continue;
    }
    const point = codePointAt(ptr + at, step);
    at += step;
    if (point < 0x10000) {
      store<u16>(target + (units++ << 1), <u16>point);
    } else {
      const rest = point - 0x10000;
      store<u16>(target + (units++ << 1), <u16>(0xd800 | (rest >> 10)));
      store<u16>(target + (units++ << 1), <u16>(0xdc00 | (rest & 0x3ff)));
    }
  }
  return units == length ? text : text.substring(0, units);
}

function pointLength(point: u32): i32 {
  return 1 + i32(point >= 0x80) + i32(point >= 0x800) + i32(point >= 0x10000);
}

/** Writes `point`, a Unicode scalar value, to `ptr` as UTF-8; returns how many bytes, 1 to 4. */
export function encodePoint(point: u32, ptr: usize): i32 {
  const length = pointLength(point);
  let rest = point;
  for (let i = length - 1; i > 0; i--) {
    store<u8>(ptr + i, <u8>(0x80 | (rest & 0x3f)));
    rest >>= 6;
  }
  // The first of several bytes begins with as many ones as there are bytes, and a zero.
  store<u8>(ptr, <u8>(length == 1 ? rest : (0xff00 >> length) | rest));
  return length;
}

/** How many bytes the `units` UTF-16 units at `from` are in UTF-8, see `encodeUtf8`. */
export function utf8Length(from: usize, units: i32): i32 {
  let length = 0;
  for (let i = 0; i < units; i++) {
    const point = scalarAt(from, i, units);
    length += pointLength(point);
    i += i32(point >= 0x10000);
  }
  return length;
}

/**
 * Writes the `units` UTF-16 units at `from` to `target` as UTF-8, lone surrogates as U+FFFD; returns how many bytes, at
 * most three for each unit.
 */
export function encodeUtf8(from: usize, units: i32, target: usize): i32 {
  let at = target;
  for (let i = 0; i < units; i++) {
    const point = scalarAt(from, i, units);
    at += encodePoint(point, at);
    i += i32(point >= 0x10000);
  }
  return <i32>(at - target);
}

/** The scalar value that begins at unit `index` of `units`; it takes two units when it is at least 0x10000. */
function scalarAt(from: usize, index: i32, units: i32): u32 {
  const first: u32 = load<u16>(from + ((<usize>index) << 1));
  if (first - 0xd800 >= 0x800) return first;
  if (first < 0xdc00 && index + 1 < units) {
    const second: u32 = load<u16>(from + ((<usize>index) << 1), 2);
    if (second - 0xdc00 < 0x400) return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
  }
  return 0xfffd;
}
