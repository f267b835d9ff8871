import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { buildEnvoyImage } from "../../harness/src/envoy/index.ts";
import { envoyOrSkip } from "../envoy/support.ts";
import { runCli, scratch } from "../cli/run-cli.ts";

const IMAGE = "sidecraft/envoy:docker-only";

const binary = await envoyOrSkip("binary");

/** Where `docker` lies. */
function dockerProgram(): string {
  return execFileSync("sh", ["-c", "command -v docker"], { encoding: "utf8" }).trim();
}

describe.skipIf(binary?.kind !== "binary")("a machine with Docker and nothing else", () => {
  beforeAll(async () => {
    if (binary?.kind !== "binary") throw new Error("a program is needed to build the image");
    await buildEnvoyImage({ binary: binary.path, tag: IMAGE });
    return () => void execFileSync("docker", ["image", "rm", IMAGE]);
  });

  it("runs the demo in a container", { timeout: 120_000 }, async () => {
    using directory = scratch();
    const programs = join(directory.path, "bin");
    mkdirSync(programs);
    symlinkSync(dockerProgram(), join(programs, "docker"));
    const env = {
      PATH: programs,
      XDG_CACHE_HOME: join(directory.path, "cache"),
      ENVOY_IMAGE: IMAGE,
      ENVOY_PATH: undefined,
      ENVOY_BIN: undefined,
    };
    const args = ["start", "--once", "--port", "0", "--admin-port", "0"];
    const { code, stdout, stderr } = await runCli(args, { env });
    expect(stdout, stderr).toMatch(/All \d+ came back as they should/);
    expect(stdout).toContain(`image: taken: ${IMAGE}`);
    expect(code).toBe(0);
  });
});
