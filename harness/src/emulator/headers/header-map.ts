import type { HeaderList } from "../../model/index.ts";

const UPPER_CASE = /[A-Z]/;

/** ASCII lower case, as Envoy 1.40 stores every header name. */
function lowerCase(name: string): string {
  if (!UPPER_CASE.test(name)) return name;
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * Header fields with the semantics of Envoy 1.40's HeaderMap: lower-case names, pseudo headers first,
 * `host` and `:authority` the same, and one comma-joined entry for each inline header.
 */
export class HeaderMap {
  /** Entries in order. Names are lower case; not to be changed from outside. */
  readonly entries: [name: string, value: string][] = [];
  readonly #inline: ReadonlySet<string>;
  readonly #isRequest: boolean;
  #pseudoCount = 0;

  /** @param inline names of which there is one entry only */
  constructor(inline: ReadonlySet<string>) {
    this.#inline = inline;
    this.#isRequest = inline.has(":authority");
  }

  /** Number of entries, pseudo headers included. */
  get size(): number {
    return this.entries.length;
  }

  /** Number of bytes of all names and values (`proxy_get_header_map_size`). */
  get byteSize(): number {
    let size = 0;
    for (const [name, value] of this.entries) size += name.length + value.length;
    return size;
  }

  /** The first value of `name` in any case, or undefined. */
  get(name: string): string | undefined {
    return this.#find(this.#key(name))?.[1];
  }

  /** All values of `name`, joined with commas, or undefined: how attributes show headers. */
  joined(name: string): string | undefined {
    const key = this.#key(name);
    let all: string | undefined;
    for (const [entry, value] of this.entries) {
      if (entry === key) all = all === undefined ? value : `${all},${value}`;
    }
    return all;
  }

  /** Appends an entry, or joins the value to the one entry of an inline header. */
  add(name: string, value: string): void {
    const key = this.#key(name);
    if (this.#inline.has(key)) {
      const entry = this.#find(key);
      if (entry) {
        if (value !== "") entry[1] = entry[1] === "" ? value : `${entry[1]},${value}`;
        return;
      }
    }
    this.#insert(key, value);
  }

  /** Sets the first entry of `name`, drops its others; appends if there is none. */
  replace(name: string, value: string): void {
    const key = this.#key(name);
    const entry = this.#find(key);
    if (!entry) {
      this.#insert(key, value);
      return;
    }
    entry[1] = value;
    if (!this.#inline.has(key)) this.#drop(key, entry);
  }

  /** Removes every entry of `name`. */
  remove(name: string): void {
    const key = this.#key(name);
    if (this.#find(key)) this.#drop(key, undefined);
  }

  /** Replaces everything by `pairs`, added one by one. */
  assign(pairs: HeaderList): void {
    this.entries.length = 0;
    this.#pseudoCount = 0;
    for (const [name, value] of pairs) this.add(name, value);
  }

  /** The entries whose names do not start with a colon. */
  fields(): HeaderList {
    return this.entries.slice(this.#pseudoCount);
  }

  #key(name: string): string {
    const key = lowerCase(name);
    return this.#isRequest && key === "host" ? ":authority" : key;
  }

  #find(key: string): [string, string] | undefined {
    const entries = this.entries;
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index];
      if (entry !== undefined && entry[0] === key) return entry;
    }
    return undefined;
  }

  #insert(key: string, value: string): void {
    if (key.charCodeAt(0) === 58 /* : */) this.entries.splice(this.#pseudoCount++, 0, [key, value]);
    else this.entries.push([key, value]);
  }

  #drop(key: string, except: [string, string] | undefined): void {
    let kept = 0;
    const isPseudo = key.charCodeAt(0) === 58;
    for (const entry of this.entries) {
      if (entry[0] !== key || entry === except) this.entries[kept++] = entry;
      else if (isPseudo) this.#pseudoCount--;
    }
    this.entries.length = kept;
  }
}
