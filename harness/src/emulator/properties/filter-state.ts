interface Entry {
  value: Uint8Array;
  readonly readOnly: boolean;
}

/** Values that the filters of one stream hand to each other (Envoy 1.40: filter state). */
export class FilterState {
  readonly #entries = new Map<string, Entry>();

  /** The value of `key`, or undefined. */
  get(key: string): Uint8Array | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Sets `key`. @returns false if it was declared read-only and has a value */
  set(key: string, value: Uint8Array, readOnly: boolean): boolean {
    const entry = this.#entries.get(key);
    if (!entry) this.#entries.set(key, { value, readOnly });
    else if (entry.readOnly) return false;
    else entry.value = value;
    return true;
  }
}
