import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { tar, type TarEntry } from "../../harness/src/ship/index.ts";
import { scratch } from "../envoy/support.ts";

describe("tar archives", () => {
  it("are read by tar", async () => {
    const directory = await scratch();
    await writeFile(join(directory, "file"), "x".repeat(1000));
    const entries: TarEntry[] = [
      { path: "d/", directory: true },
      { path: "d/content", content: Buffer.from("y".repeat(512)) },
      { path: "d/file", file: join(directory, "file"), mode: 0o755 },
      { path: "empty", content: new Uint8Array() },
    ];
    const archive = await buffer(tar(entries));
    expect(archive.length % 512).toBe(0);
    const listing = execFileSync("tar", ["-tvf", "-"], { input: archive, encoding: "utf8" })
      .trimEnd()
      .split("\n");
    expect(listing.map((line) => line.replace(/^(\S+)\s+\S+\s+(\d+) .* (\S+)$/, "$1 $2 $3"))).toEqual([
      "drwxr-xr-x 0 d/",
      "-rw-r--r-- 512 d/content",
      "-rwxr-xr-x 1000 d/file",
      "-rw-r--r-- 0 empty",
    ]);
    const content = execFileSync("tar", ["-xOf", "-", "d/content", "d/file"], {
      input: archive,
      encoding: "utf8",
    });
    expect(content).toBe("y".repeat(512) + "x".repeat(1000));
  });

  it("hold paths of up to 255 bytes where a slash is in the right place", async () => {
    const path = `${"p".repeat(150)}/${"n".repeat(100)}`;
    const archive = await buffer(tar([{ path, content: Buffer.from("x") }]));
    expect(execFileSync("tar", ["-tf", "-"], { input: archive, encoding: "utf8" })).toBe(`${path}\n`);
  });

  it("are equal for equal content", async () => {
    const make = () => buffer(tar([{ path: "a", content: Buffer.from("b") }]));
    expect(await make()).toEqual(await make());
  });

  it("refuse a path that does not fit", async () => {
    await expect(buffer(tar([{ path: "a".repeat(101), content: new Uint8Array() }]))).rejects.toThrow(
      RangeError,
    );
  });
});
