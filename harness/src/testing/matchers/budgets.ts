import { ENV_IMPORTS, WASI_IMPORTS } from "../../abi/index.ts";
import type { TestHost } from "../host.ts";
import { callLine, recording } from "./decisions.ts";
import { hasMembers, listed, type Verdict, verdict, wrongSubject } from "./result.ts";

/** What is counted: calls of all host functions, or of the one with that name. */
export type CountedCalls = "hostCalls" | (string & Record<never, never>);

/** See `SidecraftMatchers.toMakeAtMost`. */
export function toMakeAtMost(received: unknown, limit: number, counted: CountedCalls): Verdict {
  const { hostCalls } = recording("toMakeAtMost", received);
  const isAll = counted === "hostCalls";
  if (!isAll && !ENV_IMPORTS.has(counted) && !WASI_IMPORTS.has(counted))
    throw new RangeError(`toMakeAtMost: ${counted} is no host function; "hostCalls" counts all of them`);
  const calls = hostCalls.filter((call) => isAll || call.function === counted);
  return verdict(
    calls.length <= limit,
    `at most ${limit} calls of ${isAll ? "host functions" : counted}`,
    listed(`there were ${calls.length}:`, calls.map(callLine), "there were none"),
  );
}

/** See `SidecraftMatchers.toStayWithin`. */
export async function toStayWithin(
  received: unknown,
  { pages }: { readonly pages: number },
): Promise<Verdict> {
  if (!hasMembers<TestHost>(received, "memoryPages"))
    throw wrongSubject("toStayWithin", "a host: the one that describeHosts gives");
  const found = await received.memoryPages();
  if (found.length === 0) throw new Error("toStayWithin: there is no VM with a memory");
  return verdict(
    found.every((count) => count <= pages),
    `every VM within ${pages} ${pages === 1 ? "page" : "pages"} of linear memory (64 KiB each)`,
    `the VMs have ${found.join(", ")} pages`,
  );
}
