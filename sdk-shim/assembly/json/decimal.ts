/** Numbers of more characters are refused: their digits must fit into the numbers the rounding computes with. */
export const MAX_NUMBER_LENGTH: i32 = 400;

/** Of 32 bits: 400 decimal digits times 2^1075, or 54 bits times 10^730, stay below 2^2500. */
const MAX_LIMBS: i32 = 80;
/** Two whole numbers: how many limbs are in use, then the limbs, lowest first. */
const left = memory.data(4 + 80 * 4, 8);
const right = memory.data(4 + 80 * 4, 8);
// @ts-ignore: decorator
@lazy
const POWERS = memory.data<f64>([1e1, 1e2, 1e4, 1e8, 1e16, 1e32, 1e64, 1e128, 1e256]);

/**
 * The f64 nearest to the unsigned number of `length` characters at `text` (JSON's grammar, already checked, at most
 * `MAX_NUMBER_LENGTH`), ties to even; infinity beyond the range.
 */
export function parseDecimal(text: usize, length: i32): f64 {
  let lead: u64 = 0;
  let exponent = 0;
  let digits = 0;
  let at = 0;
  let fraction = false;
  for (; at < length; at++) {
    const byte = load<u8>(text + at);
    if ((byte | 0x20) == 0x65) break;
    if (byte == 0x2e) {
      fraction = true;
      continue;
    }
    if (digits > 0 || byte != 0x30) digits++;
    if (digits <= 19) lead = lead * 10 + (byte - 0x30);
    else exponent++;
    if (fraction) exponent--;
  }
  const end = at;
  exponent += readExponent(text, at + 1, length);
  if (lead == 0) return 0;
  // `lead` times ten to `exponent`: exact as long as both are exact in f64.
  if (digits <= 19 && lead <= 9007199254740992 && exponent >= -22 && exponent <= 22)
    return scale(<f64>lead, exponent);
  const magnitude = exponent + min(digits, 19);
  if (magnitude > 310) return Infinity;
  if (magnitude < -330) return 0;
  const cut = max(digits - 19, 0);
  return nearest(text, end, exponent - cut, min(scale(<f64>lead, exponent), f64.MAX_VALUE));
}

function readExponent(text: usize, from: i32, length: i32): i32 {
  if (from >= length) return 0;
  const sign = load<u8>(text + from);
  let value = 0;
  for (let i = from; i < length; i++) {
    const digit = <i32>load<u8>(text + i) - 0x30;
    if (digit >= 0) value = min(value * 10 + digit, 99999);
  }
  return sign == 0x2d ? -value : value;
}

/** `value` times ten to `exponent`: exact up to 1e22 for exact values, otherwise a few units in the last place off. */
function scale(value: f64, exponent: i32): f64 {
  const down = exponent < 0;
  let rest = down ? -exponent : exponent;
  if (rest <= 22) {
    let power: f64 = 1;
    for (let i = 0; rest != 0; i++, rest >>= 1) if (rest & 1) power *= load<f64>(POWERS + (i << 3));
    return down ? value / power : value * power;
  }
  for (let i = 0; rest != 0 && i < 9; i++, rest >>= 1) {
    if (!(rest & 1)) continue;
    const power = load<f64>(POWERS + (i << 3));
    value = down ? value / power : value * power;
  }
  return value;
}

/** Walks from `guess` to the f64 nearest to the digits up to `end` times ten to `exponent`. */
function nearest(text: usize, end: i32, exponent: i32, guess: f64): f64 {
  let bits = reinterpret<u64>(guess);
  while (true) {
    const above = compareToMiddle(text, end, exponent, bits);
    if (above > 0 || (above == 0 && (bits & 1) != 0)) {
      bits++;
      if (bits == 0x7ff0000000000000) return Infinity;
      continue;
    }
    if (bits == 0) return 0;
    const below = compareToMiddle(text, end, exponent, bits - 1);
    if (below > 0 || (below == 0 && (bits & 1) == 0)) return reinterpret<f64>(bits);
    bits--;
  }
}

/** Compares the decimal with the middle between the f64 that `bits` are and the next one, exactly. */
function compareToMiddle(text: usize, end: i32, exponent: i32, bits: u64): i32 {
  const biased = <i32>(bits >> 52);
  const mantissa = (bits & 0xfffffffffffff) | ((<u64>(biased > 0)) << 52);
  const power = (biased > 0 ? biased - 1075 : -1074) - 1;
  store<i32>(left, 0);
  store<i32>(right, 0);
  for (let i = 0; i < end; i++) {
    const byte = load<u8>(text + i);
    if (byte != 0x2e) multiplyAdd(left, 10, byte - 0x30);
  }
  multiplyAdd(right, 1, <u32>((mantissa << 1) >> 32));
  shiftLeft(right, 32);
  multiplyAdd(right, 1, <u32>((mantissa << 1) | 1));
  multiplyPower10(exponent > 0 ? left : right, exponent > 0 ? exponent : -exponent);
  shiftLeft(power > 0 ? right : left, power > 0 ? power : -power);
  const limbs = load<i32>(left);
  if (limbs != load<i32>(right)) return limbs < load<i32>(right) ? -1 : 1;
  for (let at = limbs << 2; at > 0; at -= 4) {
    const a = load<u32>(left + at);
    const b = load<u32>(right + at);
    if (a != b) return a < b ? -1 : 1;
  }
  return 0;
}

function multiplyPower10(number: usize, exponent: i32): void {
  for (; exponent >= 9; exponent -= 9) multiplyAdd(number, 1000000000, 0);
  for (; exponent > 0; exponent--) multiplyAdd(number, 10, 0);
}

function multiplyAdd(number: usize, factor: u32, add: u32): void {
  const limbs = load<i32>(number);
  const end = number + (limbs << 2);
  let carry: u64 = add;
  for (let at = number; at < end; at += 4) {
    carry += <u64>load<u32>(at, 4) * factor;
    store<u32>(at, <u32>carry, 4);
    carry >>= 32;
  }
  if (carry != 0 && limbs < MAX_LIMBS) {
    store<u32>(end, <u32>carry, 4);
    store<i32>(number, limbs + 1);
  }
}

function shiftLeft(number: usize, bits: i32): void {
  for (; bits >= 31; bits -= 31) multiplyAdd(number, 1 << 31, 0);
  multiplyAdd(number, 1 << bits, 0);
}
