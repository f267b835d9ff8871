import { Bytes } from "./bytes";

/**
 * `value` as Bytes: a `Bytes` as it is, a `string` encoded as UTF-8, null as empty. Decided at compile time, so an API
 * that takes either costs nothing for `Bytes`; keep texts that are used per request in constants.
 */
export function bytesOf<T>(value: T): Bytes {
  // The compiler infers a type with null even for a variable it knows not to be null, so that cannot be refused.
  if (isNullable<T>()) if (changetype<usize>(value) == 0) return Bytes.EMPTY;
  if (isString<T>()) return Bytes.of(changetype<string>(value));
  if (idof<T>() != idof<Bytes>()) ERROR("expected a string or Bytes");
  return changetype<Bytes>(value);
}
