import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { runCli, scratch, startCli } from "./run-cli.ts";

const FREE_PORTS = ["--port", "0", "--admin-port", "0"];

interface Event {
  readonly step: string;
  readonly url?: string;
  readonly admin?: string;
  readonly differences?: readonly string[];
  readonly failed?: number;
}

function events(stdout: string): readonly Event[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** `Z` for one that has ended and was not asked for its status yet. */
  readonly state: string;
}

function processes(): readonly Process[] {
  if (process.platform === "linux")
    return readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .flatMap(processOf);
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat="], { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [pid, parent, state = ""] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), state };
  });
}

function processOf(pid: string): Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state = "", parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return [{ pid: Number(pid), parent: Number(parent), state }];
  } catch {
    return [];
  }
}

function childrenOf(parent: number): readonly number[] {
  return processes()
    .filter((one) => one.parent === parent)
    .map(({ pid }) => pid);
}

/** Those of the given processes that have not ended. */
function running(pids: readonly number[]): readonly number[] {
  return processes()
    .filter(({ pid, state }) => pids.includes(pid) && !state.startsWith("Z"))
    .map(({ pid }) => pid);
}

const envoy = inject("envoy");

describe.skipIf(!envoy)("sidecraft start", () => {
  it("--once: all of the tour comes back as it should", async () => {
    const { code, stdout, stderr } = await runCli(["start", "--once", ...FREE_PORTS]);
    expect(stdout).toMatch(/^All \d+ came back as they should, in /m);
    expect(stdout).not.toContain("differs:");
    expect(stdout).not.toContain("\u001b[");
    expect(stdout).toMatch(/header-rewrite removed x-user-id and x-internal-role/);
    expect(stdout).toMatch(/auth denied token expired, challenge Bearer .* 401/);
    expect(stdout).toMatch(/rate-limit 5 × allowed, 1 × limited, 0 left;.* 200 200 200 200 200 429/);
    expect(stdout).toMatch(/canary canary by override, set x-canary: canary .* 200 from canary/);
    expect(stderr).not.toContain("sidecraft:");
    expect(code).toBe(0);
  }, 60_000);

  it.skipIf(envoy?.kind !== "binary")(
    "--tap writes what was seen of each request, and record makes tests of it",
    async () => {
      using directory = scratch();
      const taps = join(directory.path, "taps");
      expect((await runCli(["start", "--once", ...FREE_PORTS, "--tap", taps])).code).toBe(0);
      const files = readdirSync(taps).map((file) => join(taps, file));
      expect(files.length).toBeGreaterThan(20);
      const output = join(directory.path, "demo.test.ts");
      const record = ["record", ...files, "-f", "auth", "-o", output];
      expect((await runCli(record)).stdout).toMatch(/, [1-9]\d+ tests\n$/);
      expect(readFileSync(output, "utf8")).toContain('from "sidecraft/testing"');
      expect(await runCli(record)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("--force replaces it") as string,
      });
    },
    60_000,
  );

  it("--json: one object per step, then up until Ctrl-C, which leaves nothing behind", async () => {
    using temporary = scratch();
    const cli = startCli(["start", "--json", ...FREE_PORTS], { env: { TMPDIR: temporary.path } });
    await cli.printed('"step":"up"');
    const children = childrenOf(cli.child.pid ?? 0);
    expect(children.length).toBeGreaterThan(envoy?.kind === "binary" ? 0 : -1);
    expect(readdirSync(temporary.path)).not.toEqual([]);
    cli.child.kill("SIGINT");
    // A terminal and npm both send it.
    cli.child.kill("SIGINT");
    const { code, stdout } = await cli.ended;
    expect(code).toBe(0);
    expect(running(children)).toEqual([]);
    expect(readdirSync(temporary.path)).toEqual([]);

    const told = events(stdout);
    const steps = told.map(({ step }) => step);
    expect([...new Set(steps)]).toEqual(["envoy", "build", "upstreams", "ready", "request", "tour", "up"]);
    expect(
      told.filter(({ step }) => step === "request").flatMap(({ differences }) => differences ?? ["?"]),
    ).toEqual([]);
    expect(told.find(({ step }) => step === "tour")).toMatchObject({ failed: 0 });
  }, 60_000);

  it.skipIf(envoy?.kind !== "binary").each(["SIGINT", "SIGTERM"] as const)(
    "%s before it is up leaves nothing behind either",
    async (signal) => {
      using temporary = scratch();
      const cli = startCli(["start", ...FREE_PORTS], { env: { TMPDIR: temporary.path } });
      await cli.printed("upstreams:");
      await expect.poll(() => childrenOf(cli.child.pid ?? 0).length).toBeGreaterThan(0);
      const children = childrenOf(cli.child.pid ?? 0);
      cli.child.kill(signal);
      const { code } = await cli.ended;
      expect(code).toBe(signal === "SIGINT" ? 130 : 143);
      await expect.poll(() => running(children)).toEqual([]);
      expect(readdirSync(temporary.path)).toEqual([]);
    },
    60_000,
  );

  it.each(["--port", "--admin-port"])("says which port is taken: %s", async (flag) => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      const command = ["start", "--once", ...FREE_PORTS, flag, String(port)];
      const { code, stdout, stderr } = await runCli(command);
      expect(stderr).toBe(
        `sidecraft: port ${port} is taken by another program: stop that program, or choose another port with ${flag} (0 takes a free one)\n`,
      );
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      const json = await runCli([...command, "--json"]);
      expect(JSON.parse(json.stdout)).toMatchObject({
        step: "error",
        message: expect.stringContaining(`${port} is taken`) as string,
      });
    } finally {
      server.close();
    }
  });
});
