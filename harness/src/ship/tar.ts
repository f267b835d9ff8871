/** Tar archives (POSIX.1-1988 ustar) made without a temporary copy: for images and for copies into containers. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

/** One entry of an archive. Paths are relative, with `/`; permissions default to 0644, for directories 0755. */
export type TarEntry =
  | { readonly path: string; readonly content: Uint8Array; readonly mode?: number }
  | { readonly path: string; readonly file: string; readonly mode?: number }
  | { readonly path: string; readonly directory: true; readonly mode?: number };

const BLOCK = 512;

/**
 * Writes a tar archive, reproducibly: owner 0, modification time 0, order as given.
 *
 * @param entries what goes in; a `file` is read while the archive is
 * @returns the archive in pieces
 * @throws {RangeError} if a path does not fit the header's fields (100 bytes, up to 155 more before a slash), or a
 *   file is longer than 8 GiB
 */
export async function* tar(entries: Iterable<TarEntry>): AsyncGenerator<Uint8Array, void> {
  for (const entry of entries) {
    if ("directory" in entry) {
      yield header(entry.path, 0, entry.mode ?? 0o755, "5");
    } else if ("content" in entry) {
      yield header(entry.path, entry.content.length, entry.mode ?? 0o644, "0");
      yield entry.content;
      yield padding(entry.content.length);
    } else {
      const { size } = await stat(entry.file);
      yield header(entry.path, size, entry.mode ?? 0o644, "0");
      if (size > 0) yield* createReadStream(entry.file, { end: size - 1 }) as AsyncIterable<Uint8Array>;
      yield padding(size);
    }
  }
  yield new Uint8Array(2 * BLOCK);
}

function padding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}

/** A path as prefix and name, which readers join with a slash. */
function splitPath(path: string): readonly [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ["", path];
  for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (name !== "" && Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155)
      return [prefix, name];
  }
  throw new RangeError(`path too long for a tar header: ${path}`);
}

function header(path: string, size: number, mode: number, type: "0" | "5"): Uint8Array {
  const [prefix, name] = splitPath(path);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, width: number): void => {
    const digits = value.toString(8).padStart(width - 1, "0");
    if (digits.length >= width) throw new RangeError(`${path}: ${value} does not fit a tar header`);
    block.write(digits, offset, "latin1");
  };
  block.write(name, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write("        ", 148, "latin1");
  block.write(type, 156, "latin1");
  block.write("ustar\u000000", 257, "latin1");
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
