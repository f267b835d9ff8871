import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { extractZipEntry, readZipDirectory } from "../../harness/src/envoy/zip.ts";
import { scratch, zip } from "./support.ts";

const FILES = { "a/long": "hello ".repeat(50_000), empty: "", "ümlaut.txt": "x" };

async function openArchive(
  bytes: Uint8Array,
): Promise<{ file: Awaited<ReturnType<typeof open>>; directory: string }> {
  const directory = await scratch();
  await writeFile(join(directory, "archive.zip"), bytes);
  const file = await open(join(directory, "archive.zip"));
  onTestFinished(() => file.close());
  return { file, directory };
}

describe("the zip reader", () => {
  it.each([0, 8] as const)("takes out every file (compression method %d)", async (method) => {
    const { file, directory } = await openArchive(zip(FILES, method));
    const entries = await readZipDirectory(file);
    expect([...entries.keys()]).toEqual(Object.keys(FILES));
    for (const [index, [name, text]] of Object.entries(FILES).entries()) {
      const target = join(directory, String(index));
      await extractZipEntry(file, entries.get(name)!, target);
      expect(await readFile(target, "utf8")).toBe(text);
    }
  });

  it("finds the directory before an archive comment", async () => {
    const bytes = zip({ a: "1" });
    bytes.writeUInt16LE(7, bytes.length - 2);
    const { file } = await openArchive(Buffer.concat([bytes, Buffer.from("comment")]));
    expect((await readZipDirectory(file)).size).toBe(1);
  });

  it("refuses content that does not match its checksum", async () => {
    const bytes = zip({ a: "0123456789" }, 0);
    bytes[31 + 3] = 0x21;
    const { file, directory } = await openArchive(bytes);
    const entry = (await readZipDirectory(file)).get("a")!;
    await expect(extractZipEntry(file, entry, join(directory, "a"))).rejects.toThrow("CRC-32");
  });

  it.each([
    ["no archive", Buffer.from("<html>not found</html>".repeat(10))],
    ["nothing", Buffer.alloc(0)],
    ["an archive cut off", zip(FILES).subarray(0, -30)],
    ["an archive without its start", zip(FILES).subarray(2000)],
  ])("refuses %s", async (_what, bytes) => {
    const { file } = await openArchive(bytes);
    await expect(readZipDirectory(file)).rejects.toThrow(/zip archive/);
  });
});
