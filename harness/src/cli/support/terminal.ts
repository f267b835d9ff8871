/** Words on the terminal: results on standard output, remarks on standard error, colour only where a person reads. */
import { createColors } from "picocolors";

type Stream = NodeJS.WriteStream;

function wantsColor(stream: Stream): boolean {
  return stream.isTTY && process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb";
}

/** Colours for standard output; they change nothing where it is not a terminal. */
export const colors = createColors(wantsColor(process.stdout));

/** Colours for standard error. */
export const noteColors = createColors(wantsColor(process.stderr));

/** Prints one line of the result. */
export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** Prints an object as one line of JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Prints a remark that is no part of the result. */
export function note(line: string): void {
  clearProgress();
  process.stderr.write(`${line}\n`);
}

const PLAIN_INTERVAL_MS = 5_000;
let shown = false;
let lastPlain = 0;

/** Shows how far something is: rewritten in place on a terminal, else a new line every five seconds. */
export function progress(line: string): void {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\u001b[2K${line}`);
    shown = true;
  } else if (performance.now() - lastPlain >= PLAIN_INTERVAL_MS || lastPlain === 0) {
    process.stderr.write(`${line}\n`);
    lastPlain = performance.now();
  }
}

/** Takes the progress line off the terminal. */
export function clearProgress(): void {
  if (shown) process.stderr.write("\r\u001b[2K");
  shown = false;
}

/** A number of bytes for people: `36.9 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** A duration for people: `340 ms`, `1.2 s`. */
export function durationText(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
