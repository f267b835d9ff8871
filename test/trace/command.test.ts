import { describe, expect, inject, it } from "vitest";
import { runCli } from "../cli/run-cli.ts";

describe("sidecraft test --trace", () => {
  it("prints the calls of each test, on every host", { timeout: 120_000 }, async () => {
    const name = "has the calls of both directions";
    const { code, stdout } = await runCli(["test", "test/trace/record.test.ts", "-t", name, "--trace"]);
    expect(code).toBe(0);
    const line = (text: string): RegExp => new RegExp(`^header-rewrite #\\d+ ${text}$`, "m");
    expect(stdout).toMatch(line("host->vm proxy_on_request_headers\\(\\d+, \\d+, true\\)"));
    expect(stdout).toMatch(
      line('  vm->host proxy_replace_header_map_value\\(RequestHeaders, "x-added", "yes"\\) = Ok'),
    );
    expect(stdout).toMatch(line("host<-vm proxy_on_request_headers = Continue"));
    if (inject("envoy"))
      expect(stdout).toMatch(
        line("  vm->host proxy_replace_header_map_value\\(RequestHeaders, <7 bytes>, <3 bytes>\\) = Ok"),
      );
  });
});
