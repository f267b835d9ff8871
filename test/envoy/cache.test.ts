import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { cacheDirectory, findCached, storeInCache } from "../../harness/src/envoy/cache.ts";
import { scratch } from "./support.ts";

const writing = (text: string) => (path: string) => writeFile(path, text);

describe("the cache", () => {
  it.each([
    [{ XDG_CACHE_HOME: "/x", HOME: "/home/me" }, "/x/sidecraft/envoy/1.2.3/linux-x64"],
    [{ XDG_CACHE_HOME: "", HOME: "/home/me" }, "/home/me/.cache/sidecraft/envoy/1.2.3/linux-x64"],
    [{ XDG_CACHE_HOME: "relative", HOME: "/home/me" }, "/home/me/.cache/sidecraft/envoy/1.2.3/linux-x64"],
  ])("lies where XDG says: %o", (env, expected) => {
    expect(cacheDirectory(env, "1.2.3", "linux-x64")).toBe(expected);
  });

  it("gives back what was stored", async () => {
    const directory = join(await scratch(), "1.0.0", "linux-x64");
    await expect(findCached(directory)).rejects.toMatchObject({ outcome: "skipped" });
    const path = await storeInCache(directory, writing("program"));
    expect(await findCached(directory)).toBe(path);
    expect(await readFile(`${path}.sha256`, "utf8")).toMatch(/^[0-9a-f]{64} {2}envoy\n$/);
    expect(await readdir(dirname(directory))).toEqual(["linux-x64"]);
  });

  it("refuses a program that was changed, and one without a hash, and replaces both", async () => {
    const directory = join(await scratch(), "linux-x64");
    const path = await storeInCache(directory, writing("program"));
    await appendFile(path, "!");
    await expect(findCached(directory)).rejects.toMatchObject({ outcome: "failed", message: /sha256/ });
    await storeInCache(directory, writing("program"));
    await rm(`${path}.sha256`);
    await expect(findCached(directory)).rejects.toMatchObject({
      outcome: "failed",
      message: /no sha256 file/,
    });
    await storeInCache(directory, writing("program"));
    expect(await findCached(directory)).toBe(path);
  });

  it("leaves nothing behind when writing fails", async () => {
    const parent = await scratch();
    const failing = storeInCache(join(parent, "linux-x64"), async (path) => {
      await writeFile(path, "half");
      throw new Error("disk full");
    });
    await expect(failing).rejects.toThrow("disk full");
    expect(await readdir(parent)).toEqual([]);
  });

  it.each([
    ["a device", "/dev/null"],
    ["a place where nothing can be made", "/proc/none"],
    ["a place below a file", join(import.meta.dirname, "cache.test.ts")],
    ["a name that is too long", `/tmp/${"x".repeat(300)}`],
  ])("refuses %s before anything is made for it", async (_what, base) => {
    const directory = cacheDirectory({ XDG_CACHE_HOME: base }, "1.2.3", "linux-x64");
    await expect(findCached(directory)).rejects.toMatchObject({ name: "NotUsable" });
    let made = false;
    const storing = storeInCache(directory, async () => void (made = true));
    await expect(storing).rejects.toMatchObject({
      name: "NotUsable",
      outcome: "failed",
      message: /cannot be used .*set XDG_CACHE_HOME to a directory that can be written/,
    });
    expect(made).toBe(false);
  });

  it("replaces what is no directory", async () => {
    const directory = join(await scratch(), "linux-x64");
    await writeFile(directory, "a file");
    await expect(findCached(directory)).rejects.toMatchObject({ outcome: "failed", message: /ENOTDIR/ });
    const path = await storeInCache(directory, writing("program"));
    expect(await findCached(directory)).toBe(path);
  });

  it("is whole whoever of several writers wins", async () => {
    const parent = await scratch();
    const directory = join(parent, "linux-x64");
    const writers = Array.from({ length: 8 }, () =>
      storeInCache(directory, writing("program".repeat(100_000))),
    );
    expect(new Set(await Promise.all(writers)).size).toBe(1);
    await findCached(directory);
    expect(await readdir(parent)).toEqual(["linux-x64"]);
  });
});
