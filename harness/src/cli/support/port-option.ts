/** Options that take a port. */
import { InvalidArgumentError, Option } from "commander";

/** An option for a port: a flag, else an environment variable, else a default; 0 takes a free one. */
export function portOption(flags: string, description: string, variable: string, fallback: number): Option {
  return new Option(flags, description).env(variable).argParser(parsePort).default(fallback);
}

/**
 * Reads a port.
 *
 * @throws {InvalidArgumentError} if it is none
 */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError("A port is a number from 0 to 65535; 0 takes a free one.");
}
