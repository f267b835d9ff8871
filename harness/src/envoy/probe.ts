/** Does a program or an image run, which Envoy is it, and can it run Wasm on V8? */
import { errorText, run, type RunResult } from "../process/exec.ts";
import { NotUsable } from "./installation.ts";

/** The smallest module that Envoy loads: memory, `malloc`, and the marker of ABI 0.2.1. */
const EMPTY_MODULE =
  "AGFzbQEAAAABCQJgAABgAX8BfwMDAgABBQMBAAEHLQMGbWVtb3J5AgAXcHJveHlfYWJpX3ZlcnNpb25fMF8yXzEAAAZtYWxsb2MAAQoJAgIACwQAQQAL";

const PROBE_TIMEOUT_MS = 60_000;

/** Runs one Envoy with the given arguments: a program directly, an image through `docker run`. */
export type EnvoyCommand = (args: readonly string[], timeoutMs: number) => Promise<RunResult>;

/** The command for a program on this machine. */
export function binaryCommand(path: string): EnvoyCommand {
  return (args, timeoutMs) => run(path, args, { timeoutMs });
}

/**
 * Asks an Envoy for its version, then lets it check a configuration with an inline Wasm module
 * (`--mode validate`), which starts a V8 virtual machine. Takes about 0.1 s; nothing is written or left running.
 *
 * @param envoy how to run it
 * @returns its version, such as `1.40.0`
 * @throws {NotUsable} if it does not run, is no Envoy, or was built without V8
 */
export async function probe(envoy: EnvoyCommand): Promise<string> {
  const version = await probeVersion(envoy);
  const validated = await attempt(envoy, [
    "--mode",
    "validate",
    "--disable-hot-restart",
    "-l",
    "warning",
    "--config-yaml",
    PROBE_CONFIG,
  ]);
  if (validated.status !== 0) {
    const why = /without support for it|Didn't find a registered implementation|could not find @type/i.exec(
      validated.stderr,
    )
      ? "it was built without the V8 Wasm runtime"
      : `it cannot load a Wasm module: ${lastLine(validated)}`;
    throw new NotUsable("failed", `Envoy ${version}: ${why}`);
  }
  return version;
}

/**
 * Asks an Envoy for its version only.
 *
 * @throws {NotUsable} if it does not run or is no Envoy
 */
export async function probeVersion(envoy: EnvoyCommand): Promise<string> {
  const result = await attempt(envoy, ["--version"]);
  const version = /version: [0-9a-f]+\/(\d+\.\d+\.\d+[^/]*)\//.exec(result.stdout)?.[1];
  if (result.status !== 0 || version === undefined) {
    throw new NotUsable("failed", `--version does not answer as Envoy does: ${lastLine(result)}`);
  }
  return version;
}

async function attempt(envoy: EnvoyCommand, args: readonly string[]): Promise<RunResult> {
  let result: RunResult;
  try {
    result = await envoy(args, PROBE_TIMEOUT_MS);
  } catch (error) {
    throw new NotUsable("failed", `it does not run: ${errorText(error)}`);
  }
  if (result.timedOut)
    throw new NotUsable("failed", `it does not answer within ${PROBE_TIMEOUT_MS / 1000} s`);
  return result;
}

function lastLine(result: RunResult): string {
  const lines = `${result.stdout}\n${result.stderr}`.split("\n").filter((line) => line.trim() !== "");
  return lines.at(-1)?.trim() ?? `no output, status ${result.status}`;
}

// Of the places where a module can stand, a network filter needs the least around it; validation skips
// `envoy.bootstrap.wasm`.
const PROBE_CONFIG = JSON.stringify({
  static_resources: {
    listeners: [
      {
        name: "probe",
        address: { socket_address: { address: "127.0.0.1", port_value: 0 } },
        filter_chains: [
          {
            filters: [
              {
                name: "envoy.filters.network.wasm",
                typed_config: {
                  "@type": "type.googleapis.com/envoy.extensions.filters.network.wasm.v3.Wasm",
                  config: {
                    name: "probe",
                    vm_config: {
                      runtime: "envoy.wasm.runtime.v8",
                      code: { local: { inline_bytes: EMPTY_MODULE } },
                    },
                  },
                },
              },
              {
                name: "envoy.filters.network.echo",
                typed_config: {
                  "@type": "type.googleapis.com/envoy.extensions.filters.network.echo.v3.Echo",
                },
              },
            ],
          },
        ],
      },
    ],
  },
});
