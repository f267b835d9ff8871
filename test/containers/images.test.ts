import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli, scratch } from "../cli/run-cli.ts";

const imageId = (image: string): string =>
  execFileSync("docker", ["image", "inspect", "--format", "{{.Id}}", image], { encoding: "utf8" });

const NODE = `sidecraft/node:${process.versions.node}`;

describe("sidecraft image build", { timeout: 120_000 }, () => {
  it("makes an image, and leaves it as it is the next time", async () => {
    const first = await runCli(["image", "build", "node"]);
    expect(first).toMatchObject({ code: 0, stdout: `NODE_IMAGE=${NODE}\n` });
    const id = imageId(NODE);
    const second = await runCli(["image", "build", "node", "--json"]);
    expect(JSON.parse(second.stdout)).toMatchObject({
      name: "node",
      variable: "NODE_IMAGE",
      image: NODE,
      isNew: false,
    });
    expect(second.stderr).toContain(`image: node: up to date: ${NODE}`);
    expect(imageId(NODE)).toBe(id);
    const script = "process.stdout.write(process.version)";
    const version = execFileSync("docker", ["run", "--rm", "--network", "none", NODE, "node", "-e", script], {
      encoding: "utf8",
    });
    expect(version).toBe(process.version);
  });

  it("says what is missing for one, and makes the others", async () => {
    using directory = scratch();
    const bin = join(directory.path, "bin");
    mkdirSync(bin);
    for (const program of ["docker", "ldd"])
      symlinkSync(execFileSync("which", [program], { encoding: "utf8" }).trim(), join(bin, program));
    const { code, stdout, stderr } = await runCli(["image", "build", "redis", "node"], {
      env: { PATH: bin },
    });
    expect(stderr).toMatch(/image redis: there is no apt-get on PATH: .*Debian.*pull the official image/);
    expect(stdout).toBe(`NODE_IMAGE=${NODE}\n`);
    expect(code).toBe(1);
  });

  it("says so where there is no engine", async () => {
    const env = { DOCKER_HOST: "unix:///nonexistent/docker.sock" };
    const { code, stdout, stderr } = await runCli(["image", "build", "node"], { env });
    expect(stderr).toMatch(/sidecraft: no images without a Docker engine: .*nonexistent/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });
});
