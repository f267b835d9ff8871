import type { HttpCallHandler } from "../model/exchange.ts";
import { GrpcDouble } from "./grpc-upstream.ts";
import type { ReplyInit, UpstreamCall, UpstreamDouble, UpstreamReply, UpstreamRequest } from "./host.ts";
import { bodyBytes, headerList, isPiecewise, markOf } from "./messages.ts";
import { DoubleHttpCall } from "./upstream-call.ts";

type Handler = (call: DoubleHttpCall) => void | Promise<void>;

/** Lets time pass on the host's clock ("200ms"). */
export type Sleep = (duration: string) => Promise<void>;

/** Stands in for one cluster on any host: the host hands it requests, the test looks at them and sets the answers. */
export class Upstream implements UpstreamDouble {
  readonly name: string;
  readonly grpc: GrpcDouble;
  /** What came although nobody had set an answer to it, in words. */
  readonly unexpected: string[] = [];
  private readonly sleep: Sleep;
  private readonly standard: Handler;
  private readonly all: DoubleHttpCall[] = [];
  private firstOfTest = 0;
  private once: Handler[] = [];
  private always: Handler;

  /** @param isRouted whether a route leads here: then what no test says anything about has an answer */
  constructor(name: string, isRouted: boolean, sleep: Sleep) {
    this.name = name;
    this.sleep = sleep;
    const refuse = (what: string): void => void this.unexpected.push(`cluster "${name}" got ${what}`);
    this.grpc = new GrpcDouble(name, isRouted ? undefined : refuse);
    this.standard = isRouted
      ? this.give({})
      : (call) => {
          refuse(`${call.method} ${call.path}`);
          call.disconnect();
        };
    this.always = this.standard;
  }

  get calls(): readonly UpstreamCall[] {
    return this.all.slice(this.firstOfTest);
  }

  get requests(): readonly UpstreamRequest[] {
    return this.all
      .slice(this.firstOfTest)
      .filter((call) => call.isWhole)
      .map(({ request }) => request);
  }

  reply(reply: ReplyInit): void {
    this.always = this.give(reply);
  }

  replyOnce(reply: ReplyInit): void {
    this.once.push(this.give(reply));
  }

  serve(handler: (call: UpstreamCall) => void | Promise<void>): void {
    this.always = handler;
  }

  get grpcCalls(): UpstreamDouble["grpcCalls"] {
    return this.grpc.calls;
  }

  replyGrpc(answer: Parameters<UpstreamDouble["replyGrpc"]>[0]): void {
    this.grpc.reply(answer);
  }

  /** Forgets the requests and the answers of the test before. */
  beginTest(): void {
    this.firstOfTest = this.all.length;
    this.once = [];
    this.always = this.standard;
    this.unexpected.length = 0;
    this.grpc.beginTest();
  }

  /** Request number `index` since the suite began. */
  requestAt(index: number): UpstreamRequest {
    const call = this.all[index];
    if (!call) throw new RangeError(`upstream ${this.name} has no request ${index}`);
    return call.request;
  }

  /** Takes a request from the host and gives the answer. */
  readonly handle: HttpCallHandler = (incoming) => {
    const call = new DoubleHttpCall(incoming, markOf(this.name, this.all.length));
    this.all.push(call);
    const handler = this.once.shift() ?? this.always;
    // Called in a promise, so that a handler that throws is one that rejects.
    void Promise.resolve(call)
      .then(handler)
      .catch(() => call.disconnect());
  };

  /** Answers whole requests. */
  private give(reply: ReplyInit): Handler {
    return async (call) => {
      const request = await call.ended();
      await this.answer(call, typeof reply === "function" ? await reply(request) : reply);
    };
  }

  private async answer(call: DoubleHttpCall, reply: UpstreamReply): Promise<void> {
    const { status = 200, body = this.name, fault, delay } = reply;
    const headers = headerList(reply.headers);
    const trailers = headerList(reply.trailers);
    if (delay !== undefined) await this.sleep(delay);
    if (fault === "hang") return;
    if (fault === "reset") return call.reset();
    if (fault === undefined && !isPiecewise(body)) {
      return call.answer({
        status,
        headers,
        body: bodyBytes(body),
        ...(trailers.length > 0 && { trailers }),
        ...(reply.metadata && { metadata: headerList(reply.metadata) }),
      });
    }
    call.start(status, headers);
    if (isPiecewise(body)) for await (const piece of body) call.send(piece);
    else call.send(body);
    if (fault === undefined) call.finish(trailers);
    else if (fault === "reset-in-body") call.reset();
  }
}

/** The doubles of one host, by name of the cluster. */
export class Upstreams {
  private readonly doubles: ReadonlyMap<string, Upstream>;

  /**
   * @param routed clusters that a route leads to
   * @param called clusters that only filters call
   */
  constructor(routed: readonly string[], called: readonly string[], sleep: Sleep) {
    const names = new Set([...routed, ...called]);
    this.doubles = new Map(
      [...names].map((name) => [name, new Upstream(name, routed.includes(name), sleep)]),
    );
  }

  /** All of them. */
  get all(): readonly Upstream[] {
    return [...this.doubles.values()];
  }

  /** The double behind cluster `name`; RangeError when the suite has none. */
  get(name: string): Upstream {
    const double = this.find(name);
    if (!double)
      throw new RangeError(`no route leads to ${name}; there are ${[...this.doubles.keys()].join(", ")}`);
    return double;
  }

  /** The double behind cluster `name`, if there is one. */
  find(name: string): Upstream | undefined {
    return this.doubles.get(name);
  }

  /** Forgets what was of the test before. */
  beginTest(): void {
    for (const double of this.all) double.beginTest();
  }

  /** @throws Error for requests for which the test had set no answer */
  endTest(): void {
    const unexpected = this.all.flatMap((double) => double.unexpected);
    if (unexpected.length === 0) return;
    throw new Error(
      `${unexpected.join("; ")}: this test has set no answer; see host.upstream(name).reply (replyGrpc)`,
    );
  }

  /** The request that a marked answer belongs to. */
  readonly lookup = (name: string, index: number): UpstreamRequest => this.get(name).requestAt(index);
}
