import type { HttpResponse, LogLine } from "../model/index.ts";
import { Wasm } from "./vm/webassembly.ts";

/** The host does not start because it refuses a plugin, where Envoy 1.40 would exit. */
export class PluginRefusedError extends Error {
  override readonly name = "PluginRefusedError";
  readonly plugin: string;
  readonly reason: string;
  /** What the plugin logged up to then. */
  readonly logs: readonly LogLine[];

  constructor(plugin: string, reason: string, logs: readonly LogLine[]) {
    const said = logs.map((line) => `\n  [${line.level}] ${line.message}`).join("");
    super(`Unable to create Wasm plugin ${plugin}: ${reason}${said}`);
    this.plugin = plugin;
    this.reason = reason;
    this.logs = logs;
  }
}

/** The module asked for something that Envoy 1.40 does and this host does not. */
export class HostFunctionNotEmulated extends Error {
  override readonly name = "HostFunctionNotEmulated";
  readonly function: string;

  constructor(functionName: string) {
    super(`${functionName} is not emulated: run this test on Envoy`);
    this.function = functionName;
  }
}

/** The module did what crashes the whole process of Envoy 1.40. */
export class HostCrashError extends Error {
  override readonly name = "HostCrashError";

  constructor(what: string) {
    super(`Envoy 1.40 crashes here: ${what}`);
  }
}

/** The guest does not come back. A worker of Envoy would be lost to it for good: there is no bound there. */
export class GuestHangError extends Error {
  override readonly name = "GuestHangError";
  /** The function that the host had called. */
  readonly function: string;

  /** @param trap where it was when it had used up its steps */
  constructor(functionName: string, steps: number, trap: Error) {
    super(
      `${functionName} has not returned after ${steps.toLocaleString("en")} steps (turns of loops and calls): probably a ` +
        `loop that never ends. In Envoy the worker would never answer again.${frames(trap)}`,
      { cause: trap },
    );
    this.function = functionName;
  }
}

/** The frames of a trap, one below the other. */
function frames({ stack = "" }: Error): string {
  const lines = stack.split("\n");
  return lines
    .filter((line) => /^ *at /.test(line))
    .map((line) => `\n  ${line.trim()}`)
    .join("");
}

/** The client saw its stream end without a complete response. */
export class StreamResetError extends Error {
  override readonly name = "StreamResetError";
  /** Response code details, as in Envoy's access log. */
  readonly details: string;
  /** What had come before, if the headers had; only from a `fetch`. */
  partial: HttpResponse | undefined;

  constructor(details: string) {
    super(`stream was reset: ${details}`);
    this.details = details;
  }
}

/** Whether `error` ends the emulation instead of counting as a trap of the guest. */
export function isHostError(error: unknown): boolean {
  const isTrap =
    error instanceof Wasm.RuntimeError ||
    error instanceof GuestTrap ||
    (error instanceof RangeError && error.message === "Maximum call stack size exceeded") ||
    error instanceof Wasm.Exception;
  return !isTrap;
}

/** A trap that the host raises inside the guest, for instance for a function that is restricted now. */
export class GuestTrap extends Error {
  override readonly name = "GuestTrap";
}
