/** A reader of HTTP/1.1 responses that come one after the other on one connection (RFC 9112). */

/** A response; its body is only valid until more is read. */
export interface Response {
  readonly head: string;
  readonly status: number;
  readonly body: Buffer;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const LINE_END = Buffer.from("\r\n");

/** Takes what a socket receives, gives whole responses. */
export class ResponseReader {
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes that must have come before another look is worth it. */
  #wanted = 0;
  readonly #onResponse: (response: Response) => void;

  /** @param onResponse called with each response, in their order */
  constructor(onResponse: (response: Response) => void) {
    this.#onResponse = onResponse;
  }

  /** Takes the next bytes. @throws {Error} if they are no HTTP/1.1 */
  read(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#wanted) return;
    const data = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#size);
    let at = 0;
    for (let next = this.#take(data, 0); next !== undefined; next = this.#take(data, at)) at = next;
    this.#chunks = at === data.length ? [] : [data.subarray(at)];
    this.#size -= at;
  }

  /** Takes one response from `at`; returns where it ends, undefined if it is not all there. */
  #take(data: Buffer, at: number): number | undefined {
    this.#wanted = 0;
    const headEnd = data.indexOf(HEAD_END, at);
    if (headEnd < 0) return undefined;
    const start = headEnd + HEAD_END.length;
    // With both line ends, so that every line can be found as one.
    const head = data.toString("latin1", at, headEnd + LINE_END.length);
    if (!head.startsWith("HTTP/1.1 ")) throw new Error(`no status line: ${head.slice(0, 40)}`);
    const status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: (\d+)\r\n/.exec(head)?.[1];
    if (length === undefined) return this.#takeChunked(data, start, head, status);
    const end = start + Number(length);
    if (end > data.length) {
      this.#wanted = end - at;
      return undefined;
    }
    this.#onResponse({ head, status, body: data.subarray(start, end) });
    return end;
  }

  #takeChunked(data: Buffer, start: number, head: string, status: number): number | undefined {
    if (!head.includes("\r\ntransfer-encoding: chunked\r\n")) throw new Error(`a body without end: ${head}`);
    const parts: Buffer[] = [];
    for (let at = start; ;) {
      const lineEnd = data.indexOf(LINE_END, at);
      if (lineEnd < 0) return undefined;
      const size = parseInt(data.toString("latin1", at, lineEnd), 16);
      if (Number.isNaN(size)) throw new Error(`no size of a chunk: ${data.toString("latin1", at, lineEnd)}`);
      at = lineEnd + LINE_END.length;
      if (size > 0) {
        if (at + size + LINE_END.length > data.length) return undefined;
        parts.push(data.subarray(at, at + size));
        at += size + LINE_END.length;
        continue;
      }
      const end = trailersEnd(data, at);
      if (end === undefined) return undefined;
      const body = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
      this.#onResponse({ head: head + data.toString("latin1", at, end), status, body });
      return end;
    }
  }
}

function trailersEnd(data: Buffer, at: number): number | undefined {
  if (data.length >= at + 2 && data.indexOf(LINE_END, at) === at) return at + LINE_END.length;
  const end = data.indexOf(HEAD_END, at);
  return end < 0 ? undefined : end + HEAD_END.length;
}
