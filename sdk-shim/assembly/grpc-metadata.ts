import { PairsBuilder } from "./abi/pairs-builder";
import { Bytes } from "./bytes";
import { isFieldValue } from "./field";
import { isFramingField } from "./field-kinds";
import { bytesOf } from "./text";

// @ts-ignore: decorator
@lazy
const GRPC = Bytes.of("grpc-");
// @ts-ignore: decorator
@lazy
const BINARY = Bytes.of("-bin");
// @ts-ignore: decorator
@lazy
const CONTENT_TYPE = Bytes.of("content-type");

/**
 * Metadata of a call (gRPC over HTTP/2, "Custom-Metadata"): names of letters, digits, `_`, `-` and `.`, in any case.
 *
 * @example
 * ```ts
 * export function traced(id: Bytes): GrpcMetadata {
 *   return new GrpcMetadata().add("x-request-id", id).add("x-trace-bin", Bytes.of("\0\x01\x02"));
 * }
 * ```
 */
@final
export class GrpcMetadata {
  private readonly pairs: PairsBuilder = new PairsBuilder();
  private refused: bool = false;

  /**
   * Appends `name: value`, a string or Bytes each. A name ending in `-bin` takes any bytes, once; the host encodes them
   * as base64. Refused, left out and remembered (`isValid` is false from then on): a value with control
   * characters under another name, and the names that belong to HTTP and gRPC (`:path`, `host`, `te`,
   * `content-type`, `grpc-...`).
   */
  add<N, V>(name: N, value: V): this {
    const key = bytesOf<N>(name).toLowerCase();
    const text = bytesOf<V>(value);
    if (isCustomName(key) && (key.endsWith(BINARY) ? !this.pairs.has(key) : isFieldValue(text)))
      this.pairs.add(key, text);
    else this.refused = true;
    return this;
  }

  /** False once an entry was refused: calls with it are not made. */
  get isValid(): bool {
    return !this.refused;
  }

  /** The entries as the host reads them; null when there are more than it reads (1024, 1 MiB). */
  encode(): Bytes | null {
    return this.pairs.encode();
  }
}

/** True for a name in lower case that neither HTTP nor gRPC keeps to itself. */
function isCustomName(name: Bytes): bool {
  for (let i = 0; i < name.length; i++) {
    const byte = name.at(i);
    const isLetterOrDigit = <u32>byte - 0x61 < 26 || <u32>byte - 0x30 < 10;
    if (!isLetterOrDigit && byte != 0x2d && byte != 0x2e && byte != 0x5f) return false;
  }
  return name.length > 0 && !name.startsWith(GRPC) && !name.equals(CONTENT_TYPE) && !isFramingField(name);
}
