/** Writes `value` in decimal digits to `at`, at most 20; returns where they end. */
export function writeDecimal(at: usize, value: u64): usize {
  let digits: usize = 1;
  for (let rest = value / 10; rest > 0; rest /= 10) digits++;
  const end = at + digits;
  let rest = value;
  for (let to = end; to > at; rest /= 10) store<u8>(--to, <u8>(0x30 + (rest % 10)));
  return end;
}
