import { headerValue } from "../model/headers.ts";
import type { HeaderList } from "../model/index.ts";
import type { CapturedMessage, CapturedPair, Exchange } from "./exchange.ts";
import { bytesLiteral, commentText, headersLiteral, textLiteral, textOf } from "./literals.ts";
import { isSecret, redactHeaders } from "./redact.ts";

/** A filter of the chain that the test runs. */
export interface FilterOfTest {
  /** As `describeHosts` takes it. */
  readonly filter: string;
  /** File with its configuration, as a URL relative to the test. */
  readonly configFile?: string;
}

/** How exchanges become a test. */
export interface TestFileOptions {
  readonly name: string;
  /** Module with `describeHosts`. */
  readonly testing: string;
  readonly filters: readonly FilterOfTest[];
  /** Name of the one route and its cluster. */
  readonly upstream: string;
  /** Leave secrets as they are. */
  readonly keepSecrets: boolean;
  /** Names of further headers that are secret, in lower case. */
  readonly redact: readonly string[];
}

const LONGEST_TITLE = 80;
/** What hosts write themselves, or what concerns one connection. */
const VOLATILE =
  /^(:.*|connection|keep-alive|proxy-connection|transfer-encoding|content-length|date|server|x-request-id|x-forwarded-(for|proto|host|port|client-cert)|x-envoy-(external-address|internal|expected-rq-timeout-ms|attempt-count|upstream-service-time|decorator-operation|peer-metadata(-id)?))$/;

/**
 * Writes a test file: each exchange that has a response is sent again, with the answer of the upstream as a double, and
 * what the client and the upstream got is asserted.
 *
 * @returns the text, TypeScript
 */
export function testFile(exchanges: readonly Exchange[], options: TestFileOptions): string {
  const tests = exchanges
    .map((exchange) => (options.keepSecrets ? exchange : redacted(exchange, options.redact)))
    .flatMap((exchange) => {
      const { response } = exchange.client;
      return response === undefined ? [] : [testOf(exchange, response, options)];
    });
  const configs = options.filters.some(({ configFile }) => configFile !== undefined);
  const filters = options.filters.map(({ filter, configFile }) => {
    const config = configFile === undefined ? "" : `, config: configuration(${textLiteral(configFile)})`;
    return `{ filter: ${textLiteral(filter)}${config} }`;
  });
  const upstream = textLiteral(options.upstream);
  const secrets = options.keepSecrets
    ? "// It holds the secrets that were captured."
    : '// Values of headers that look like secrets are "redacted"; bodies are as they were. Put test credentials in their place.';
  return `// Made by \`sidecraft record\`: requests captured on an Envoy, and what came of them.
${secrets}
${configs ? 'import { readFileSync } from "node:fs";\n' : ""}import { expect } from "vitest";
import { describeHosts } from ${textLiteral(options.testing)};
${configs ? '\nconst configuration = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");\n' : ""}
const OPTIONS = {
  filters: [
${filters.map((filter) => `    ${filter},\n`).join("")}  ],
  routes: [{ name: ${upstream}, match: { prefix: "/" }, cluster: ${upstream} }],
};

describeHosts(${textLiteral(options.name)}, OPTIONS, ({ it, host }) => {
${tests.join("\n")}});
`;
}

function testOf(
  { source, client, upstream, remarks }: Exchange,
  response: CapturedMessage,
  options: TestFileOptions,
): string {
  const { request } = client;
  const status = headerValue(response.headers, ":status") ?? "";
  const path = headerValue(request.headers, ":path") ?? "/";
  const title = `${headerValue(request.headers, ":method")} ${path}`.slice(0, LONGEST_TITLE);
  const lines = [
    ...(upstream === "none" ? [] : replyLines(upstream, options)),
    ...fetchLines(request, path),
    `expect(response).toHaveStatus(${Number(status)});`,
    ...headerLines("response", response.headers, options),
    ...bodyLines("response", response),
    ...(response.trailers.length > 0
      ? [`expect(response.trailers).toEqual(${headersLiteral(response.trailers, "    ")});`]
      : []),
    ...(upstream === "none"
      ? ["expect(response.upstream).toBeNull();"]
      : arrivalLines(request, upstream.request, options)),
  ];
  const comments = [source, ...remarks].map((remark) => `  // ${commentText(remark)}\n`);
  return `${comments.join("")}  it(${textLiteral(`${title}: ${status}`)}, async () => {
${lines.map((line) => `    ${line}\n`).join("")}  });
`;
}

/** The double's answer. */
function replyLines({ response }: CapturedPair, { upstream }: TestFileOptions): string[] {
  if (!response) return [];
  const { headers, body, trailers } = response;
  return [
    `host.upstream(${textLiteral(upstream)}).reply({`,
    `  status: ${Number(headerValue(headers, ":status"))},`,
    `  headers: ${headersLiteral(steady(headers), "      ")},`,
    `  body: ${bytesLiteral(body)},`,
    ...(trailers.length > 0 ? [`  trailers: ${headersLiteral(trailers, "      ")},`] : []),
    "});",
  ];
}

function fetchLines({ headers, body, trailers }: CapturedMessage, path: string): string[] {
  return [
    `const response = await host.fetch(${textLiteral(path)}, {`,
    `  method: ${textLiteral(headerValue(headers, ":method") ?? "GET")},`,
    `  authority: ${textLiteral(headerValue(headers, ":authority") ?? "example.test")},`,
    `  headers: ${headersLiteral(steady(headers), "      ")},`,
    ...(body.length > 0 ? [`  body: ${bytesLiteral(body)},`] : []),
    ...(trailers.length > 0 ? [`  trailers: ${headersLiteral(trailers, "      ")},`] : []),
    "});",
  ];
}

function headerLines(
  subject: string,
  headers: HeaderList,
  options: TestFileOptions,
  than?: HeaderList,
): string[] {
  const names = new Set(steady(headers).map(([name]) => name));
  return [...names].flatMap((name) => {
    const value = headerValue(headers, name) ?? "";
    if (than && headerValue(than, name) === value) return [];
    const isHidden = !options.keepSecrets && isSecret(name, options.redact);
    const wanted = isHidden ? "" : `, ${textLiteral(value)}`;
    return [`expect(${subject}).toHaveHeader(${textLiteral(name)}${wanted});`];
  });
}

function bodyLines(subject: string, { body, isCut }: CapturedMessage): string[] {
  if (isCut) return [];
  const text = textOf(body);
  if (text !== undefined && subject === "response")
    return [`expect(response.text()).toBe(${textLiteral(text)});`];
  return [`expect(Buffer.from(${subject}.body)).toEqual(${bytesLiteral(body)});`];
}

/** What the filters changed on the way to the upstream. */
function arrivalLines(sent: CapturedMessage, arrived: CapturedMessage, options: TestFileOptions): string[] {
  const removed = new Set(
    steady(sent.headers)
      .map(([name]) => name)
      .filter((name) => headerValue(arrived.headers, name) === null),
  );
  const lines = [
    ...[":method", ":path"].flatMap((name) => {
      const value = headerValue(arrived.headers, name);
      if (value === null || value === headerValue(sent.headers, name)) return [];
      return [`expect(request.${name.slice(1)}).toBe(${textLiteral(value)});`];
    }),
    ...headerLines("request", arrived.headers, options, sent.headers),
    ...[...removed].map((name) => `expect(request).not.toHaveHeader(${textLiteral(name)});`),
    ...(Buffer.compare(sent.body, arrived.body) === 0 ? [] : bodyLines("request", arrived)),
  ];
  const name = `expect(response.upstream?.name).toBe(${textLiteral(options.upstream)});`;
  if (lines.length === 0) return [name];
  return [name, "const request = response.upstream!.request;", ...lines];
}

function steady(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !VOLATILE.test(name));
}

function redacted(exchange: Exchange, redact: readonly string[]): Exchange {
  const message = (one: CapturedMessage): CapturedMessage => ({
    ...one,
    headers: redactHeaders(one.headers, redact),
    trailers: redactHeaders(one.trailers, redact),
  });
  const pair = ({ request, response }: CapturedPair): CapturedPair => ({
    request: message(request),
    response: response && message(response),
  });
  const { client, upstream } = exchange;
  return { ...exchange, client: pair(client), upstream: upstream === "none" ? upstream : pair(upstream) };
}
