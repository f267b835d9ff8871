import { PairsBuilder } from "./abi/pairs-builder";
import { Bytes } from "./bytes";
import { isFieldName, isFieldValue, isToken } from "./field";
import { bytesOf } from "./text";

/**
 * Headers being written: of a local reply or of a request to another cluster.
 *
 * @example
 * ```ts
 * const request = new HeaderList()
 *   .add(":method", "GET")
 *   .add(":path", "/keys")
 *   .add(":authority", "keys.example.com")
 *   .add("accept", "application/json");
 * ```
 */
@final
export class HeaderList {
  private readonly pairs: PairsBuilder = new PairsBuilder();
  private refused: bool = false;

  /** For a request to another cluster; without pseudo headers (`:path`) for a reply. */
  constructor(private readonly hasPseudoHeaders: bool = true) {}

  /**
   * Appends `name: value`. A field that could split the message (RFC 9110 sections 5.1 and 5.5) is left
   * out and remembered: `isValid` is false from then on.
   */
  add<N, V>(name: N, value: V): this {
    const key = bytesOf<N>(name);
    const text = bytesOf<V>(value);
    const isName = this.hasPseudoHeaders ? isFieldName(key) : isToken(key);
    if (isName && isFieldValue(text)) this.pairs.add(key, text);
    else this.refused = true;
    return this;
  }

  /** False once a field was refused. */
  get isValid(): bool {
    return !this.refused;
  }

  /** The list as the host reads it; null when it is longer than the host reads (1024 fields, 1 MiB). */
  encode(): Bytes | null {
    return this.pairs.encode();
  }
}
