/** Takes single files out of a zip archive (PKWARE APPNOTE 6.3), such as a Python wheel. */
import { createWriteStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { Readable, Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;

/** A file in the archive; sizes in bytes. */
export interface ZipEntry {
  readonly name: string;
  readonly size: number;
  readonly compressedSize: number;
  readonly crc32: number;
  readonly method: number;
  readonly headerOffset: number;
}

/**
 * Lists what an archive holds.
 *
 * @param file the opened archive
 * @returns its entries by name
 * @throws {Error} if it is no zip archive, is cut off, encrypted, or needs the zip64 extension
 */
export async function readZipDirectory(file: FileHandle): Promise<Map<string, ZipEntry>> {
  const { size: fileSize } = await file.stat();
  const tailSize = Math.min(fileSize, 22 + 0xffff);
  const tail = await readExactly(file, fileSize - tailSize, tailSize);
  const end = findEnd(tail);
  const count = tail.readUInt16LE(end + 10);
  const directorySize = tail.readUInt32LE(end + 12);
  const directoryOffset = tail.readUInt32LE(end + 16);
  if (count === 0xffff || directoryOffset === 0xffffffff) throw new Error("zip64 archives are not supported");
  const directory = await readExactly(file, directoryOffset, directorySize);

  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY_ENTRY) {
      throw new Error("the directory of the zip archive is damaged");
    }
    const nameLength = directory.readUInt16LE(at + 28);
    const name = directory.toString("utf8", at + 46, at + 46 + nameLength);
    if ((directory.readUInt16LE(at + 8) & 1) !== 0) throw new Error(`${name} is encrypted`);
    entries.set(name, {
      name,
      method: directory.readUInt16LE(at + 10),
      crc32: directory.readUInt32LE(at + 16),
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      headerOffset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * Writes one entry to a file, decompressed, and checks its length and CRC-32.
 *
 * @param file the opened archive
 * @param entry which one, from {@link readZipDirectory}
 * @param target path of the file to make; it must not exist
 * @throws {Error} if the content is damaged or the compression method unknown; the target is then incomplete
 */
export async function extractZipEntry(file: FileHandle, entry: ZipEntry, target: string): Promise<void> {
  const header = await readExactly(file, entry.headerOffset, 30);
  if (header.readUInt32LE(0) !== LOCAL_HEADER) throw new Error(`${entry.name}: damaged header`);
  // The name and the extra field may differ in length from those in the directory.
  const start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const check = new ContentCheck(entry);
  const output = createWriteStream(target, { flags: "wx" });
  const raw =
    entry.compressedSize === 0
      ? Readable.from([])
      : file.createReadStream({ start, end: start + entry.compressedSize - 1, autoClose: false });
  if (entry.method === DEFLATED) await pipeline(raw, createInflateRaw(), check, output);
  else if (entry.method === STORED) await pipeline(raw, check, output);
  else throw new Error(`${entry.name}: unknown compression method ${entry.method}`);
}

class ContentCheck extends Transform {
  readonly #entry: ZipEntry;
  #size = 0;
  #crc = 0;

  constructor(entry: ZipEntry) {
    super();
    this.#entry = entry;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#size += chunk.length;
    this.#crc = crc32(chunk, this.#crc);
    done(this.#size > this.#entry.size ? this.#damaged() : null, chunk);
  }

  override _flush(done: TransformCallback): void {
    done(this.#size === this.#entry.size && this.#crc === this.#entry.crc32 ? null : this.#damaged());
  }

  #damaged(): Error {
    return new Error(`${this.#entry.name}: content does not match its length and CRC-32`);
  }
}

function findEnd(tail: Buffer): number {
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) === END_OF_DIRECTORY && at + 22 + tail.readUInt16LE(at + 20) === tail.length)
      return at;
  }
  throw new Error("not a zip archive, or cut off");
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead !== length) throw new Error("the zip archive is cut off");
  return buffer;
}
