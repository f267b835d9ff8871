// Zlib streams.

import { uncompress } from "proxy-wasm-as-sdk";
import { input, out, tell } from "./frame";

/** As many bytes may come out as the first input byte says, times 64; the stream follows. */
export function zlib(): void {
  const limit = input.length > 0 ? (<i32>input.at(0)) << 6 : 0;
  const unpacked = uncompress(input.slice(1), limit);
  out.append(unpacked ? "+" : "-");
  tell(unpacked);
}
