import type { ClusterHandler, HttpResponse } from "../model/index.ts";
import type { UpstreamDouble, UpstreamRequest } from "./host.ts";
import { GrpcDouble } from "./grpc-upstream.ts";
import { bodyBytes, headerList, markResponse, upstreamRequest } from "./messages.ts";

type Answer = Parameters<UpstreamDouble["reply"]>[0];

/** Stands in for one cluster on any host: the host hands it requests, the test looks at them and sets the answers. */
export class Upstream implements UpstreamDouble {
  readonly name: string;
  readonly grpc: GrpcDouble;
  private readonly all: UpstreamRequest[] = [];
  private firstOfTest = 0;
  private answer: Answer = {};

  constructor(name: string) {
    this.name = name;
    this.grpc = new GrpcDouble(name);
  }

  get requests(): readonly UpstreamRequest[] {
    return this.all.slice(this.firstOfTest);
  }

  reply(answer: Answer): void {
    this.answer = answer;
  }

  get grpcCalls(): UpstreamDouble["grpcCalls"] {
    return this.grpc.calls;
  }

  replyGrpc(answer: Parameters<UpstreamDouble["replyGrpc"]>[0]): void {
    this.grpc.reply(answer);
  }

  /** Forgets the requests and the answer of the test before. */
  beginTest(): void {
    this.firstOfTest = this.all.length;
    this.answer = {};
    this.grpc.beginTest();
  }

  /** Request number `index` since the suite began. */
  requestAt(index: number): UpstreamRequest {
    const request = this.all[index];
    if (!request) throw new RangeError(`upstream ${this.name} has no request ${index}`);
    return request;
  }

  /** Takes a request from the host and gives the answer. */
  readonly handle: ClusterHandler = async (received) => {
    const request = upstreamRequest(received);
    const index = this.all.push(request) - 1;
    const answer = typeof this.answer === "function" ? await this.answer(request) : this.answer;
    const response: HttpResponse = {
      status: answer.status ?? 200,
      headers: headerList(answer.headers),
      body: bodyBytes(answer.body ?? this.name),
      ...("trailers" in answer && answer.trailers && { trailers: answer.trailers }),
      ...("metadata" in answer && answer.metadata && { metadata: answer.metadata }),
    };
    return markResponse(response, this.name, index);
  };
}

/** The doubles of one host, by name of the cluster. */
export class Upstreams {
  private readonly doubles: ReadonlyMap<string, Upstream>;

  constructor(names: Iterable<string>) {
    this.doubles = new Map([...new Set(names)].map((name) => [name, new Upstream(name)]));
  }

  /** All of them. */
  get all(): readonly Upstream[] {
    return [...this.doubles.values()];
  }

  /** The double behind cluster `name`; RangeError when no route leads there. */
  get(name: string): Upstream {
    const double = this.doubles.get(name);
    if (!double)
      throw new RangeError(`no route leads to ${name}; there are ${[...this.doubles.keys()].join(", ")}`);
    return double;
  }

  /** The request that a marked answer belongs to. */
  readonly lookup = (name: string, index: number): UpstreamRequest => this.get(name).requestAt(index);
}
