/** Runs compilers and package managers of the variants. */
import { spawn } from "node:child_process";
import { once } from "node:events";

const TIMEOUT_MS = 300_000;

/** Runs `program`; rejects with the end of what it printed when it fails or takes more than five minutes. */
export async function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const child = spawn(program, args, {
    ...options,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += String(text)));
  const [code] = (await once(child, "close").catch((error: Error) => {
    throw new Error(`${program} does not run: ${error.message}`);
  })) as [number | null];
  if (code === 0) return output;
  throw new Error(`${program} ${args[0] ?? ""} failed: ${output.trim().split("\n").slice(-8).join("\n")}`);
}
