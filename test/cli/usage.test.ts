import { describe, expect, it } from "vitest";
import { nearest } from "../../harness/src/model/nearest.ts";
import { runCli } from "./run-cli.ts";

const COMMANDS = [
  "start",
  "test",
  "config",
  "check",
  "record",
  "build",
  "envoy which",
  "envoy setup",
  "image build",
  "doctor",
];

describe("sidecraft, called wrongly", () => {
  it.each([
    ["strat", /unknown command 'strat'[\s\S]*Did you mean start\?/],
    ["config auth --jsn", /unknown option '--jsn'[\s\S]*Did you mean --json\?/],
    ["start --port 99999", /--port[\s\S]*from 0 to 65535/],
    ["start --port http", /--port[\s\S]*from 0 to 65535/],
    ["start --port 4000 --admin-port 4000", /--port and --admin-port must differ/],
    ["start now", /too many arguments/],
    ["build --target fast", /Allowed choices are release, debug/],
    ["config", /missing required argument 'filter'/],
    ["check auth", /required option '-c, --config <file>' not specified/],
    [
      "config oauth",
      /there is no filter "oauth"\. Did you mean auth\? There are: auth, canary, header-rewrite, rate-limit/,
    ],
    ["record tap.json -f auth", /required option '-o, --output <file>' not specified/],
    ["record tap.json -o a.test.ts", /--filter is missing/],
    ["record tap.json -f auth -o a.json", /--output must be a TypeScript file/],
    ["build ratelimit", /Did you mean rate-limit\?/],
    ["envoy wich", /unknown command 'wich'[\s\S]*which/],
    ["image build mysql", /Allowed choices are envoy, node, identity, ratelimit, redis, prometheus/],
    ["", /Usage: sidecraft/],
  ])("%j: says what is wrong, exit code 2", async (line, message) => {
    const { code, stdout, stderr } = await runCli(line.split(" ").filter((word) => word !== ""));
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it("says that SIDECRAFT_PORT is no port", async () => {
    const { code, stderr } = await runCli(["start", "--once"], { env: { SIDECRAFT_PORT: "http" } });
    expect(stderr).toMatch(/SIDECRAFT_PORT[\s\S]*from 0 to 65535/);
    expect(code).toBe(2);
  });

  it("shows the stack trace with --debug only", async () => {
    const missing = ["check", "auth", "--config", "no-such-file.json"];
    expect((await runCli(missing)).stderr).not.toMatch(/^\s+at /m);
    expect((await runCli([...missing, "--debug"])).stderr).toMatch(/^\s+at /m);
  });
});

describe("help", () => {
  it.each(COMMANDS)("%s --help has examples, exit code 0", async (command) => {
    const { code, stdout } = await runCli([...command.split(" "), "--help"]);
    expect(stdout).toMatch(
      new RegExp(`Usage: sidecraft ${command}[\\s\\S]*Examples:\\n  \\$ .*sidecraft ${command}`),
    );
    expect(code).toBe(0);
  });

  it("lists the commands and the exit codes", async () => {
    const { code, stdout } = await runCli(["--help"]);
    for (const command of COMMANDS) expect(stdout).toContain(`\n  ${command.split(" ")[0] ?? ""}`);
    expect(stdout).toContain("Exit codes: 0 done, 1 failed, 2 called wrongly.");
    expect(code).toBe(0);
  });

  it("prints the version", async () => {
    expect(await runCli(["--version"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
  });
});

describe("nearest", () => {
  it.each([
    ["oauth", "auth"],
    ["ratelimit", "rate-limit"],
    ["AUTH", "auth"],
    ["zzz", undefined],
    ["", undefined],
  ])("%j means %j", (word, meant) => {
    expect(nearest(word, ["auth", "canary", "header-rewrite", "rate-limit"])).toBe(meant);
  });
});
