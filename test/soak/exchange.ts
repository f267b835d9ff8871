/** Requests as bytes, with what must come back. */

const DIGITS = 10;
const PLACE = "0".repeat(DIGITS);

/** One request that is sent again and again, each time with another number in `x-soak-number`. */
export interface Exchange {
  readonly request: Buffer;
  /** Where in the request its number stands. */
  readonly numberAt: number;
  readonly status: number;
  /** Header lines, or their beginnings, that the response must have. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** Whether the response tells the number of the request. */
  readonly tellsNumber: boolean;
}

/** What an exchange is made of; by default a GET without a body that gets a 200 with its number. */
export interface Plan {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Send the body in chunks of these sizes (a last one with the rest), and then these trailers. */
  readonly chunks?: {
    readonly sizes: readonly number[];
    readonly trailers: Readonly<Record<string, string>>;
  };
  readonly expect: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    /** A header that must be there, with any value. */
    readonly has?: string;
    readonly body: string;
    readonly tellsNumber?: boolean;
  };
}

/** Writes the request of `plan` (RFC 9112). */
export function exchange(plan: Plan): Exchange {
  const { chunks, body = "" } = plan;
  const framing = chunks
    ? "transfer-encoding: chunked\r\n"
    : body
      ? `content-length: ${body.length}\r\n`
      : "";
  const { expect } = plan;
  const wanted = Object.entries(expect.headers ?? {}).map(([name, value]) => `\r\n${name}: ${value}\r\n`);
  const start = `${plan.method ?? (body || chunks ? "POST" : "GET")} ${plan.path} HTTP/1.1\r\nhost: soak.test\r\nx-soak-number: `;
  const content = chunks ? chunked(body, chunks.sizes) + lines(chunks.trailers) + "\r\n" : body;
  return {
    request: Buffer.from(`${start}${PLACE}\r\n${framing}${lines(plan.headers)}\r\n${content}`, "latin1"),
    numberAt: start.length,
    status: expect.status ?? 200,
    headers: expect.has === undefined ? wanted : [...wanted, `\r\n${expect.has}: `],
    body: Buffer.from(expect.body, "latin1"),
    tellsNumber: expect.tellsNumber ?? true,
  };
}

/** `number` as it stands in requests and responses. */
export function digits(number: number): string {
  return String(number).padStart(DIGITS, "0");
}

function chunked(body: string, sizes: readonly number[]): string {
  let text = "";
  let at = 0;
  for (const size of [...sizes, body.length]) {
    const chunk = body.slice(at, at + size);
    if (chunk) text += `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
    at += chunk.length;
  }
  return `${text}0\r\n`;
}

function lines(fields: Readonly<Record<string, string>> = {}): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
}
