import { describe, expect, it } from "vitest";
import { currentPlatform, unsupportedReason } from "../../harness/src/envoy/platform.ts";

describe("platforms with a wheel", () => {
  it.each([
    ["linux", "x64", "2.31"],
    ["linux", "arm64", "2.40"],
    ["darwin", "arm64", undefined],
  ])("%s %s, glibc %s", (os, arch, glibc) => {
    expect(unsupportedReason(os, arch, glibc)).toBeUndefined();
  });

  it.each([
    ["linux", "x64", undefined, "musl"],
    ["linux", "x64", "2.28", "needs glibc 2.31|need glibc 2.31"],
    ["linux", "riscv64", "2.36", "linux-riscv64"],
    ["darwin", "x64", undefined, "Apple silicon"],
    ["win32", "x64", undefined, "WSL2"],
    ["freebsd", "x64", undefined, "freebsd"],
  ])("not %s %s with glibc %s", (os, arch, glibc, reason) => {
    expect(unsupportedReason(os, arch, glibc)).toMatch(new RegExp(reason));
  });

  it("names this machine in Node's terms", () => {
    expect(currentPlatform().id).toBe(`${process.platform}-${process.arch}`);
  });
});
