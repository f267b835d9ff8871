const UNITS: Readonly<Record<string, bigint>> = {
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Nanoseconds of a duration such as "200ms", "1.5s", "2m", "1h"; RangeError for anything else. */
export function parseDuration(text: string): bigint {
  const match = /^(\d+)(?:\.(\d{1,9}))?(ms|s|m|h)$/.exec(text);
  const unit = UNITS[match?.[3] ?? ""];
  if (!match || unit === undefined)
    throw new RangeError(`not a duration: ${JSON.stringify(text)}; expected one like "1.5s"`);
  const fraction = match[2] ?? "";
  return BigInt(match[1] ?? "0") * unit + (BigInt(fraction || "0") * unit) / 10n ** BigInt(fraction.length);
}
