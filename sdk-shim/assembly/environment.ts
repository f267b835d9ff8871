import { addressOut, sizeOut } from "./abi/memory";
import * as wasi from "./abi/wasi_snapshot_preview1";
import { Bytes, allocateBuffer } from "./bytes";
import { bytesOf } from "./text";

const EQUALS: u8 = 0x3d;
/** More text than that is no environment. */
const MAX_SIZE: u32 = 16 << 20;

/**
 * The environment variable `name`, a string or Bytes, of this VM (WASI preview 1, `environ_get`): set with
 * `environment_variables` in its configuration. Null when there is none. It never changes: read it once, at top level
 * or in `configure`, since every call reads all variables.
 *
 * @example
 * ```ts
 * class RegionPlugin extends Plugin {
 *   private region: Bytes = Bytes.EMPTY;
 *
 *   configure(config: Bytes): bool {
 *     const region = environmentVariable("REGION");
 *     if (region) this.region = region;
 *     return region !== null;
 *   }
 * }
 * ```
 */
export function environmentVariable<N>(name: N): Bytes | null {
  const key = bytesOf<N>(name);
  if (key.indexOf(EQUALS) >= 0) return null; // no name: it would match the beginning of a value
  if (wasi.environ_sizes_get(addressOut, sizeOut) != 0) return null;
  const count = load<u32>(addressOut);
  const size = load<i32>(sizeOut);
  if (<u32>size > MAX_SIZE || count > <u32>size) return null; // each takes a byte at least
  const addresses = allocateBuffer(count << 2);
  const text = allocateBuffer(size);
  if (wasi.environ_get(changetype<usize>(addresses), changetype<usize>(text)) != 0) return null;
  const all = new Bytes(text, 0, size);
  for (let at = 0; at < size;) {
    const nul = all.indexOf(0, at);
    const end = nul < 0 ? size : nul;
    const entry = all.slice(at, end);
    if (entry.at(key.length) == EQUALS && entry.startsWith(key)) return entry.slice(key.length + 1);
    at = end + 1;
  }
  return null;
}
