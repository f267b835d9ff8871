const EMPTY = Buffer.alloc(0);

/** Body bytes on their way through the chain: what `proxy_get_buffer_bytes` reads and `_set_` changes. */
export class Body {
  #bytes: Buffer;
  #tail: Uint8Array[] = [];
  #length: number;

  constructor(bytes: Uint8Array = EMPTY) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#length = bytes.length;
  }

  /** Number of bytes. */
  get length(): number {
    return this.#length;
  }

  /** All bytes. The result is valid until the next change. */
  bytes(): Buffer {
    if (this.#tail.length > 0) {
      this.#bytes = Buffer.concat([this.#bytes, ...this.#tail]);
      this.#tail = [];
    }
    return this.#bytes;
  }

  /** Appends bytes, which must not change afterwards. */
  append(more: Uint8Array): void {
    if (more.length === 0) return;
    this.#tail.push(more);
    this.#length += more.length;
  }

  /**
   * `proxy_set_buffer_bytes` as in Envoy 1.40: from 0 on, drains `length` bytes and puts `data` in front;
   * from the end on, appends; anything between is refused.
   * @returns false if refused
   */
  write(start: number, length: number, data: Uint8Array): boolean {
    if (start === 0) {
      this.#bytes = Buffer.concat([data, this.bytes().subarray(Math.min(length, this.#length))]);
      this.#length = this.#bytes.length;
      return true;
    }
    if (start < this.#length) return false;
    this.append(data);
    return true;
  }
}
