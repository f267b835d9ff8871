/** The tour: sends its requests, collects what each filter did, compares with what is expected. */
import type { RunningEnvoy } from "../envoy/index.ts";
import type { HeaderList } from "../model/index.ts";
import type { DemoEvent, RequestReport } from "./events.ts";
import { filterActions } from "./evidence.ts";
import { type DemoRequest, exchange, type Exchanges, type Proxy } from "./exchange.ts";
import { differences } from "./expectation.ts";
import { type TourStep, tourSteps } from "./tour.ts";

const COUNTER_PREFIX = "wasmcustom.";
const LONGEST_VALUE = 24;

/**
 * Sends the requests of the tour, one after the other, and reports each.
 *
 * @returns whether all came back as they should
 */
export async function runTour(envoy: RunningEnvoy, onEvent: (event: DemoEvent) => void): Promise<boolean> {
  const started = performance.now();
  const proxy: Proxy = { listenerPort: envoy.listenerPort, counters: () => filterCounters(envoy) };
  let passed = 0;
  let failed = 0;
  let cookies: HeaderList = [];
  for (const step of tourSteps()) {
    const request = step.sendsCookies === true ? withHeaders(step.request, cookies) : step.request;
    const number = passed + failed + 1;
    let report: RequestReport;
    try {
      const exchanges = await exchange(proxy, request, step.expect.status.length);
      cookies = cookiesFrom(exchanges);
      report = reportOf(step, exchanges, number);
    } catch (error) {
      report = noAnswer(step, request, number, error);
    }
    if (report.differences.length === 0) passed++;
    else failed++;
    onEvent({ step: "request", ...report });
  }
  onEvent({ step: "tour", passed, failed, milliseconds: Math.round(performance.now() - started) });
  return failed === 0;
}

function reportOf(step: TourStep, exchanges: Exchanges, number: number): RequestReport {
  return {
    number,
    title: step.title,
    sent: requestText(exchanges.sent),
    times: exchanges.all.length,
    filters: filterActions(exchanges),
    status: exchanges.all.map(({ response }) => response.status),
    upstream: exchanges.last.echo?.upstream ?? null,
    differences: differences(step.expect, exchanges),
  };
}

function noAnswer(step: TourStep, request: DemoRequest, number: number, error: unknown): RequestReport {
  const why = error instanceof Error ? error.message : String(error);
  const nothing = { filters: [], status: [], upstream: null, differences: [`there was no answer: ${why}`] };
  return {
    number,
    title: step.title,
    sent: requestText(request),
    times: step.expect.status.length,
    ...nothing,
  };
}

/** The cookies that a browser would send next. */
function cookiesFrom({ last }: Exchanges): HeaderList {
  const set = last.response.headers.filter(([name]) => name.toLowerCase() === "set-cookie");
  return set.map(([, value]) => ["cookie", value.split(";", 1)[0] ?? ""] as const);
}

function withHeaders(request: DemoRequest, more: HeaderList): DemoRequest {
  return { ...request, headers: [...request.headers, ...more] };
}

async function filterCounters(envoy: RunningEnvoy): Promise<ReadonlyMap<string, number>> {
  const stats = await envoy.admin.stats("^wasmcustom\\.sidecraft_");
  return new Map([...stats].map(([name, value]) => [name.slice(COUNTER_PREFIX.length), value]));
}

function requestText({ method, path, headers }: DemoRequest): string {
  const fields = headers.map(([name, value]) => `${name}: ${shown(value)}`);
  return [`${method} ${path}`, ...fields].join(", ");
}

/** A value that fits on a line: cut when long, bytes that are not ASCII as `\xff`. */
function shown(value: string): string {
  const cut = value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE - 1)}…` : value;
  return cut.replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}
