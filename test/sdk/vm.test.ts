import { beforeEach, describe, expect, inject, it } from "vitest";
import { EmulatorHost } from "../../harness/src/testing/emulator-host.ts";
import { EnvoyHost } from "../../harness/src/testing/envoy-host.ts";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { isOlderThan } from "../support/envoy-version.ts";
import { type Step, type StreamScript, run, scripted } from "./script.ts";

const VM = {
  vmStart: [
    ["logLine", 2, "vm starts"],
    ["setShared", "t.vm", "up"],
  ],
};

/** The same steps in every hook of a stream. */
const everywhere = (...steps: Step[]): StreamScript => ({
  requestHeaders: steps,
  requestBody: [["atEnd", steps]],
  responseHeaders: steps,
  responseBody: [["atEnd", steps]],
  log: steps,
  done: steps,
});

const ask: Step[] = [
  ["vmConfiguration"],
  ["environment", "T_REGION"],
  ["environment", "T_EMPTY"],
  ["environment", "T_REG"],
  ["environment", "T_REGION=eu"],
  ["environment", ""],
  ["callStatus"],
  ["logLevel"],
];
const answers = [`=${JSON.stringify(VM)}`, "=eu=1", "=", "absent", "absent", "absent", "0=", "2"];

describeHosts(
  "A VM",
  {
    filters: [
      {
        ...scripted({ configure: ask }),
        vmConfig: VM,
        environment: { T_REGION: "eu=1", T_EMPTY: "", T_OTHER: "ä" },
      },
    ],
  },
  ({ it, host }) => {
    it("has a configuration, an environment and a log level in every hook", async () => {
      const { reports } = await run(host, everywhere(...ask), { method: "POST", body: "hello" });
      expect(reports).toEqual(Array.from({ length: 6 }, () => answers).flat());
    });

    it("has a clock that only moves on", async () => {
      const { reports } = await run(host, everywhere(["monotonic"]), { method: "POST", body: "hello" });
      const times = reports.map(BigInt);
      expect(times).toHaveLength(6);
      expect(times.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(times);
    });

    it("starts with its configuration", async () => {
      expect((await run(host, { requestHeaders: [["getShared", "t.vm"]] })).reports).toEqual(["=up"]);
      // Roots come and go in a VM that has started: each is told.
      await host.updateFilter("script", { configure: [["tickPeriod", 0]] });
      await expect.poll(() => host.logs.map(({ message }) => message)).toContain("vm starts");
    });
  },
);

/** What only some functions of the ABI may do. */
const CAPABILITIES = [
  "proxy_log",
  "proxy_on_context_create",
  "proxy_on_configure",
  "proxy_on_request_headers",
  "proxy_on_response_headers",
  "proxy_on_done",
  "proxy_get_property",
];

describeHosts(
  "A VM that may do little",
  { filters: [{ ...scripted(), capabilities: CAPABILITIES }] },
  ({ it, host }) => {
    // Older ones read the restriction from the plugin's configuration, not from the VM's.
    beforeEach(({ skip }) => skip(host.kind !== "emulator" && isOlderThan("1.40"), "Envoy 1.40 and later"));

    it("is told so by every function that it may not call", async () => {
      const steps: Step[] = [
        ["property", "plugin_name"],
        ["get", "requestHeaders", "x-script"],
        ["set", "requestHeaders", "x-t", "1"],
        ["random", 4],
        ["monotonic"],
        ["time"],
        ["environment", "PATH"],
        ["registerQueue", "q"],
        ["counter", "t_restricted", 1],
        ["getShared", "t"],
        ["foreign", "compress", "x"],
        ["zip", "x"],
        ["byteSize", "requestHeaders"],
        ["vmConfiguration"],
        ["logLevel"],
        ["callStatus"],
      ];
      const { response, reports } = await run(host, {
        requestHeaders: steps,
        log: [["logLine", 2, "never"]],
      });
      expect(response.status).toBe(200);
      expect(response.upstream?.request.header("x-t")).toBeNull();
      expect(reports).toEqual([
        "=script",
        "absent",
        "InternalFailure",
        ...["absent", "0", "0", "absent", "no queue", "0", "absent", "InternalFailure", "absent"],
        ...["-1", "=", "0", "0="],
      ]);
      expect(host.logs.map(({ message }) => message)).not.toContain("never");
    });

    it("does not call the hooks that are not allowed", async () => {
      const log: Step[] = [["logLine", 2, "logged"]];
      await run(host, { log, responseHeaders: [["logLine", 2, "answered"]] });
      const messages = host.logs.map(({ message }) => message);
      expect(messages).toContain("answered");
      expect(messages).not.toContain("logged");
    });
  },
);

describe("A VM that refuses its configuration", () => {
  const options = { filters: [{ ...scripted(), vmConfig: { vmStart: [["refuse"]] } }] };

  it("does not start on the emulator", async () => {
    await expect(EmulatorHost.start(options)).rejects.toThrow("Failed to start base Wasm");
  });

  const envoy = inject("envoy");
  it.skipIf(!envoy)("does not start on Envoy", async () => {
    if (envoy) await expect(EnvoyHost.start(options, envoy)).rejects.toThrow("Failed to start base Wasm");
  });
});
