import { Bytes } from "../../../sdk-shim/assembly/bytes";
import { SipKey, sipHash } from "../../../sdk-shim/assembly/hash/siphash";

/** The eight bytes of the hash, as the reference implementation writes them. */
export function hash(data: ArrayBuffer, key: ArrayBuffer): ArrayBuffer {
  const out = new ArrayBuffer(8);
  store<u64>(changetype<usize>(out), sipHash(Bytes.fromBuffer(data), SipKey.of(Bytes.fromBuffer(key))));
  return out;
}
