/** Reads from the traces of requests what each filter did with them. */
import { DEMO_CHAIN, type DemoFilter } from "./chain.ts";
import type { DemoRequest, Exchange, Exchanges } from "./exchange.ts";
import { headerValue } from "../model/headers.ts";

/** What one filter did, in a few words. */
export interface FilterAction {
  readonly filter: DemoFilter;
  readonly did: string;
}

/**
 * Tells for each filter that left a trace what it did. Traces are the counters that the filter has moved and, for
 * the last request, the headers that the upstream got or did not get, and headers of the response.
 */
export function filterActions(exchanges: Exchanges): readonly FilterAction[] {
  return DEMO_CHAIN.flatMap((filter) => {
    const traces = [...counted(filter, exchanges), ...HEADER_TRACES[filter](exchanges.last, exchanges.sent)];
    return traces.length > 0 ? [{ filter, did: traces.join(", ") }] : [];
  });
}

/** Counters are called `sidecraft_<filter>_<what>`. */
function counted(filter: DemoFilter, { all, counters }: Exchanges): string[] {
  const prefix = `sidecraft_${filter.replaceAll("-", "_")}_`;
  const own = [...counters].filter(([name]) => name.startsWith(prefix));
  return own.map(([name, by]) => {
    // `requests_<variant>_<reason>` says more than that there was a request.
    const what = name
      .slice(prefix.length)
      .replace(/^requests_([a-z]+)_/, "$1 by ")
      .replaceAll("_", " ");
    return all.length > 1 ? `${by} × ${what}` : what;
  });
}

const HEADER_TRACES: Readonly<Record<DemoFilter, (seen: Exchange, sent: DemoRequest) => string[]>> = {
  "header-rewrite": ({ echo }, sent) => {
    if (echo === null) return [];
    const guarded = sent.headers.filter(([name]) => /^x-(user|internal)-/.test(name));
    const removed = guarded.filter(([name, value]) => echo.headers[name] !== value).map(([name]) => name);
    const added = ["x-source-address", "x-via"].filter((name) => echo.headers[name] !== undefined);
    return [...mention("removed", removed), ...mention("set", added)];
  },
  auth: ({ echo, response }) => {
    const user = echo?.headers["x-user-id"];
    const challenges = headerValue(response.headers, "www-authenticate")?.matchAll(/(\w+) realm=/g) ?? [];
    return [
      ...(user === undefined ? [] : [`verified ${echo?.headers["x-user-provider"] ?? "?"}/${user}`]),
      ...mention(
        "challenge",
        [...challenges].map(([, scheme]) => scheme ?? ""),
      ),
    ];
  },
  "rate-limit": ({ response }) => {
    const left = headerValue(response.headers, "x-ratelimit-remaining");
    return left === null ? [] : [`${left} left`];
  },
  canary: ({ echo }) => {
    const mark = echo?.headers["x-canary"];
    return mark === undefined ? [] : [`set x-canary: ${mark}`];
  },
};

function mention(what: string, names: readonly string[]): string[] {
  return names.length > 0 ? [`${what} ${[...new Set(names)].join(" and ")}`] : [];
}
