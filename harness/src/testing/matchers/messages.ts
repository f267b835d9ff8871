import { headerValue } from "../../model/headers.ts";
import type { HeaderList } from "../../model/index.ts";
import { bytesText } from "../../trace/index.ts";
import type { FetchResult } from "../host.ts";
import { hasMembers, listed, quoted, type Verdict, verdict, wrongSubject } from "./result.ts";

/** See `SidecraftMatchers.toHaveStatus`. */
export function toHaveStatus(received: unknown, status: number): Verdict {
  if (!hasMembers<FetchResult>(received, "status", "headers", "body"))
    throw wrongSubject("toHaveStatus", "a response: what host.fetch() resolves to");
  const { upstream } = received;
  const origin = upstream
    ? `from upstream ${upstream.name}`
    : "from the proxy or a filter, no upstream was asked";
  return verdict(
    received.status === status,
    `status ${status}`,
    [
      `received status ${received.status}, ${origin}`,
      `body: ${bytesText(received.body)}`,
      listed("headers:", received.headers.map(fieldText), "no headers"),
    ].join("\n"),
  );
}

/** See `SidecraftMatchers.toHaveHeader`. */
export function toHaveHeader(received: unknown, name: string, wanted?: string | RegExp): Verdict {
  if (!hasMembers<{ headers: HeaderList }>(received, "headers") || !Array.isArray(received.headers))
    throw wrongSubject("toHaveHeader", "a response, or a request that reached an upstream");
  const value = headerValue(received.headers, name);
  const all = listed("headers:", received.headers.map(fieldText), "there are no headers");
  const field = `header ${name.toLowerCase()}`;
  if (wanted === undefined) return verdict(value !== null, field, all);
  const isRight =
    value !== null && (typeof wanted === "string" ? value === wanted : value.search(wanted) >= 0);
  return verdict(
    isRight,
    typeof wanted === "string" ? `${field}: ${quoted(wanted)}` : `${field} to match ${wanted}`,
    value === null ? `there is none; ${all}` : `received ${field}: ${quoted(value)}`,
  );
}

function fieldText([name, value]: HeaderList[number]): string {
  return `${name}: ${quoted(value)}`;
}
