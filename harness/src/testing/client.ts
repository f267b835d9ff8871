import { type HttpClientCall, type RequestHead, type ResponseListener } from "../model/exchange.ts";
import type { HeaderList } from "../model/index.ts";
import type {
  FetchOptions,
  FetchResult,
  HeadersInit,
  HttpStream,
  OpenOptions,
  ResponseHead,
  UpstreamRequest,
} from "./host.ts";
import { Inbox } from "./inbox.ts";
import { bodyBytes, fetchResult, headerList, headOf, isPiecewise, responseHead } from "./messages.ts";

/** How a host begins a request. */
export type Open = (head: RequestHead, listener: ResponseListener, options: OpenOptions) => HttpClientCall;

type Lookup = (upstream: string, index: number) => UpstreamRequest;

/** The clients of a test, on any host. */
export class TestClient {
  readonly #open: Open;
  readonly #lookup: Lookup;
  readonly #streams = new Set<ClientStream>();

  /** @param lookup finds the request that an answer belongs to */
  constructor(open: Open, lookup: Lookup) {
    this.#open = open;
    this.#lookup = lookup;
  }

  readonly open = (path: string, options: OpenOptions = {}): HttpStream =>
    this.#begin(headOf(path, options), options);

  readonly fetch = async (path: string, options: FetchOptions = {}): Promise<FetchResult> => {
    const { body, signal } = options;
    signal?.throwIfAborted();
    const trailers = headerList(options.trailers);
    const isWhole = !isPiecewise(body);
    const head = headOf(path, options);
    const bytes = isWhole ? bodyBytes(body) : undefined;
    const length = options.trailers ? undefined : bytes?.length;
    const stream = this.#begin(length === undefined ? head : { ...head, length }, options);
    const abort = (): void => stream.giveUp(signal?.reason as Error);
    signal?.addEventListener("abort", abort);
    try {
      if (isPiecewise(body)) void stream.pump(body, trailers);
      else stream.end(bytes, trailers);
      return await stream.response;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  };

  /** Ends what is still open. @returns whether there was such */
  closeAll(): boolean {
    const isOpen = this.#streams.size > 0;
    for (const stream of this.#streams) stream.giveUp(new Error("the test is over"));
    return isOpen;
  }

  #begin(head: RequestHead, options: OpenOptions): ClientStream {
    const stream = new ClientStream(
      (listener) => this.#open(head, listener, options),
      this.#lookup,
      () => this.#streams.delete(stream),
    );
    this.#streams.add(stream);
    return stream;
  }
}

class ClientStream implements HttpStream {
  readonly head: Promise<ResponseHead>;
  readonly response: Promise<FetchResult>;
  readonly #head = Promise.withResolvers<ResponseHead>();
  readonly #response = Promise.withResolvers<FetchResult>();
  readonly #body = new Inbox();
  readonly #call: HttpClientCall;
  readonly #lookup: Lookup;
  readonly #onOver: () => void;
  #received: readonly [status: number, headers: HeaderList] = [0, []];
  #isOver = false;

  constructor(open: (listener: ResponseListener) => HttpClientCall, lookup: Lookup, onOver: () => void) {
    this.head = this.#head.promise;
    this.response = this.#response.promise;
    // A test that looks at one of them only is not to fail by the other.
    this.head.catch(() => {});
    this.response.catch(() => {});
    this.#lookup = lookup;
    this.#onOver = onOver;
    this.#call = open({
      head: (status, headers) => {
        this.#received = [status, headers];
        this.#head.resolve(responseHead(status, headers));
      },
      data: (bytes) => this.#body.put(bytes),
      end: (trailers) => this.#complete(trailers),
      cancel: (error) => this.#fail(error),
    });
  }

  async send(data: string | Uint8Array): Promise<void> {
    if (!this.#isOver) this.#call.send(bodyBytes(data));
  }

  async finish(trailers?: HeadersInit): Promise<void> {
    this.end(undefined, headerList(trailers));
  }

  async abort(): Promise<void> {
    this.giveUp(new Error("the test has aborted the request"));
  }

  async read(size: number): Promise<string> {
    return new TextDecoder().decode(await this.#body.take(size));
  }

  /** Ends the request with the last bytes of its body. */
  end(last: Uint8Array | undefined, trailers: HeaderList): void {
    if (!this.#isOver) this.#call.end(last, trailers);
  }

  /** Sends `body` as it comes, then the end. A body that fails breaks the request off. */
  async pump(body: AsyncIterable<string | Uint8Array>, trailers: HeaderList): Promise<void> {
    try {
      for await (const piece of body) {
        if (this.#isOver) return;
        await this.send(piece);
      }
      this.end(undefined, trailers);
    } catch (error) {
      this.giveUp(error as Error);
    }
  }

  /** The client goes; `error` is what the test hears. */
  giveUp(error: Error): void {
    if (this.#isOver) return;
    this.#call.abort();
    this.#fail(error);
  }

  #complete(trailers: HeaderList): void {
    this.#over(undefined);
    const [status, headers] = this.#received;
    const response = { status, headers, body: this.#body.all, trailers };
    this.#response.resolve(fetchResult(response, this.#lookup));
  }

  #fail(error: Error): void {
    this.#over(error);
    this.#head.reject(error);
    this.#response.reject(error);
  }

  #over(error: Error | undefined): void {
    this.#isOver = true;
    this.#body.close(error);
    this.#onOver();
  }
}
