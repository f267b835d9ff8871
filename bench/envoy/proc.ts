/** What the kernel knows about a process. */
import { readdirSync, readFileSync } from "node:fs";

/** Nanoseconds of CPU time that all threads of process `pid` have used. */
export function cpuNanoseconds(pid: number): number {
  let sum = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    sum += threadNanoseconds(`/proc/${pid}/task/${thread}`);
  }
  return sum;
}

function threadNanoseconds(directory: string): number {
  try {
    return Number(readFileSync(`${directory}/schedstat`, "utf8").split(" ", 1)[0]);
  } catch {
    // No scheduler statistics in this kernel: ticks of 10 ms instead. The name in parentheses may hold spaces.
    const fields = readFileSync(`${directory}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10_000_000;
  }
}

/** Resident memory of process `pid` in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

const GUARD_BYTES = 2 ** 32;

/**
 * Sizes of the linear memories in process `pid`, in bytes. V8 reserves gigabytes of address space behind each, so
 * a memory is the readable mapping right before a reservation of at least 4 GiB.
 */
export function linearMemories(pid: number): number[] {
  const found: number[] = [];
  let last = { end: 0, bytes: 0, readable: false };
  for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ 0\s*$/.exec(line);
    if (!match) continue;
    const [start, end] = [parseInt(match[1]!, 16), parseInt(match[2]!, 16)];
    const reserved = match[3]!.startsWith("---") && end - start >= GUARD_BYTES - last.bytes;
    if (reserved && last.readable && last.end === start) found.push(last.bytes);
    last = { end, bytes: end - start, readable: match[3]!.startsWith("rw") };
  }
  return found;
}
