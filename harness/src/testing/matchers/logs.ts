import type { LogLevel, LogLine } from "../../model/index.ts";
import type { TestHost } from "../host.ts";
import { hasMembers, listed, quoted, type Verdict, verdict, wrongSubject } from "./result.ts";

/** Which lines of a log are meant; all when absent. */
export interface LogFilter {
  readonly level?: LogLevel;
  readonly plugin?: string;
}

/** See `SidecraftMatchers.toHaveLogged`. */
export async function toHaveLogged(
  received: unknown,
  wanted: string | RegExp,
  { level, plugin }: LogFilter = {},
): Promise<Verdict> {
  if (!hasMembers<TestHost>(received, "logs", "settled"))
    throw wrongSubject("toHaveLogged", "a host: the one that describeHosts gives");
  const isWanted = (line: LogLine): boolean =>
    (typeof wanted === "string" ? line.message.includes(wanted) : line.message.search(wanted) >= 0) &&
    (level === undefined || line.level === level) &&
    (plugin === undefined || line.plugin === plugin);
  // What is there already needs no waiting; what is not may be on its way.
  if (!received.logs.some(isWanted)) await received.settled();
  const from = plugin === undefined ? "" : ` from ${plugin}`;
  return verdict(
    received.logs.some(isWanted),
    `log line${from}${level === undefined ? "" : ` at level ${level}`} with ${typeof wanted === "string" ? quoted(wanted) : wanted}`,
    listed(
      "logged since the test began:",
      received.logs.map(
        (line) => `[${line.level}] ${line.plugin === "" ? "" : `${line.plugin}: `}${quoted(line.message)}`,
      ),
      "nothing was logged since the test began; `logLevel` of the suite says from which level on",
    ),
  );
}
