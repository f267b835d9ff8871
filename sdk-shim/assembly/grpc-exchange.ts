// What unary calls and streams share: the way from the host's number of a call to the object that waits for it.

import * as env from "./abi/env";
import { isNested } from "./abi/nesting";
import { numberOut } from "./abi/memory";
import { Status } from "./abi/types";
import { Bytes } from "./bytes";
import { callStatus } from "./call-status";
import { actFor, effectiveContext, endActing } from "./effective";
import { Context } from "./filter";
import { isToken } from "./field";
import { GrpcMetadata } from "./grpc-metadata";
import { GrpcService } from "./grpc-service";
import { GrpcStatus, grpcStatusOf } from "./grpc-status";
import { beginAnswer, isStreamEnded } from "./phase";

/** Calls and streams in progress, by the host's token. Made with the first: a module without any pays nothing. */
// @ts-ignore: decorator
@lazy
let open: Map<u32, GrpcExchange> | null = null;
/** Of those that end with the stream they were made for: the latest, by the number of that stream. */
// @ts-ignore: decorator
@lazy
let latestOf: Map<u32, GrpcExchange> | null = null;

/** A call or stream in progress. */
export abstract class GrpcExchange {
  /** The host's number for it; 0 when it is not in progress. */
  protected token: u32 = 0;
  /** The owner's number when it began, under which it is found at the owner's end: the owner's may change. */
  private contextId: u32 = 0;
  /** Its neighbours among those of the same owner. */
  private earlier: GrpcExchange | null = null;
  private later: GrpcExchange | null = null;

  constructor(
    /** On whose behalf it is made: a plugin, or one stream. */
    protected readonly owner: Context,
  ) {}

  /** The server's initial metadata has arrived. */
  receiveInitialMetadata(): void {}

  /** A message of `size` bytes has arrived. */
  abstract receiveMessage(size: i32): void;

  /** The server's trailing metadata has arrived. */
  receiveTrailingMetadata(): void {}

  /** It is over, and forgotten by now. */
  abstract receiveEnd(status: GrpcStatus, message: Bytes): void;

  /** True for what has to end with the stream it was made for. */
  get endsWithOwner(): bool {
    return false;
  }

  /** Whether it is in progress. */
  get isOpen(): bool {
    return this.token != 0;
  }

  /** Ends it at once: the server sees it cancelled, and nothing of it is handed over any more. NotFound when it is over. */
  cancel(): Status {
    const token = this.token;
    if (token == 0) return Status.NotFound;
    this.forget();
    return env.proxy_grpc_cancel(token);
  }

  /** Remembers it under the token that the host has just given it. */
  protected begin(): void {
    let table = open;
    if (!table) {
      table = new Map<u32, GrpcExchange>();
      open = table;
    }
    this.token = load<u32>(numberOut);
    this.contextId = this.owner.id;
    table.set(this.token, this);
    if (this.endsWithOwner) this.link();
  }

  /** Forgets it. */
  protected forget(): void {
    const table = open;
    if (table) table.delete(this.token);
    if (this.endsWithOwner) this.unlink();
    this.token = 0;
  }

  private link(): void {
    let latest = latestOf;
    if (!latest) {
      latest = new Map<u32, GrpcExchange>();
      latestOf = latest;
    }
    const id = this.contextId;
    const earlier = latest.has(id) ? latest.get(id) : null;
    if (earlier) earlier.later = this;
    this.earlier = earlier;
    latest.set(id, this);
  }

  private unlink(): void {
    const latest = latestOf;
    const earlier = this.earlier;
    const later = this.later;
    this.earlier = null;
    this.later = null;
    if (earlier) earlier.later = later;
    if (later) later.earlier = earlier;
    else if (latest && earlier) latest.set(this.contextId, earlier);
    else if (latest) latest.delete(this.contextId);
  }

  /** For whom host functions acted before a hook. */
  private actedFor: u32 = 0;

  /** Makes the owner the one that host functions act for; false when it is gone. */
  private enter(): bool {
    const owner = this.owner;
    this.actedFor = effectiveContext();
    if (!actFor(owner.id)) return false;
    beginAnswer(owner.isRequestPaused, owner.isResponsePaused);
    return true;
  }

  private leave(): void {
    endActing(this.actedFor);
    if (!isStreamEnded()) return;
    this.owner.isRequestPaused = false;
    this.owner.isResponsePaused = false;
  }

  /** The host has the initial metadata of `token`. Not while another callback runs: it would get its phase. */
  static initialMetadata(token: u32): void {
    const exchange = find(token);
    if (!exchange || isNested() || !exchange.enter()) return;
    exchange.receiveInitialMetadata();
    exchange.leave();
  }

  /** The host has a message of `size` bytes for `token`; with it a unary call is over. */
  static message(token: u32, size: i32): void {
    const exchange = find(token);
    if (!exchange) return;
    if (isUnary(token)) exchange.forget();
    if (!exchange.enter()) return;
    exchange.receiveMessage(size);
    exchange.leave();
  }

  /** The host has the trailing metadata of `token`. Not while another callback runs. */
  static trailingMetadata(token: u32): void {
    const exchange = find(token);
    if (!exchange || isNested() || !exchange.enter()) return;
    exchange.receiveTrailingMetadata();
    exchange.leave();
  }

  /** The host says that `token` is over, with status `code`. */
  static end(token: u32, code: u32): void {
    const exchange = find(token);
    if (!exchange) return;
    // A stream that only the server has closed stays in the host's table, with a pointer to what it frees now: the
    // host would crash when it next touches it, at the latest at the end of the plugin.
    if (isUnary(token)) exchange.forget();
    else exchange.cancel();
    const message = callStatus().message;
    if (!exchange.enter()) return;
    exchange.receiveEnd(grpcStatusOf(code), message);
    exchange.leave();
  }

  /** Context `id` is gone: ends the gRPC streams made for it. */
  static forgetOwner(id: u32): void {
    const latest = latestOf;
    while (latest && latest.has(id)) latest.get(id).cancel();
  }

  /** Plugin `id` is gone: ends all that was made for it or its streams. */
  static forgetPlugin(id: u32): void {
    const table = open;
    if (!table) return;
    const tokens = table.keys();
    for (let i = 0; i < tokens.length; i++) {
      const exchange = table.get(unchecked(tokens[i]));
      if (exchange.owner.pluginId == id) exchange.cancel();
    }
  }
}

function find(token: u32): GrpcExchange | null {
  const table = open;
  return table && table.has(token) ? table.get(token) : null;
}

/** The host numbers unary calls 5, 9, ... and streams 6, 10, ... */
function isUnary(token: u32): bool {
  return (token & 3) == 1;
}

/** What a call needs to begin, as the host reads it. */
@final
export class GrpcStart {
  constructor(
    readonly service: Bytes,
    readonly metadata: Bytes,
  ) {}

  /** Checks and encodes it; null when something in it must not reach the host. */
  static of(
    service: GrpcService,
    path: Bytes,
    method: Bytes,
    metadata: GrpcMetadata | null,
  ): GrpcStart | null {
    if (!isToken(path) || !isToken(method)) return null;
    const where = service.encode();
    if (!where) return null;
    if (!metadata) return new GrpcStart(where, Bytes.EMPTY);
    const entries = metadata.encode();
    return entries && metadata.isValid ? new GrpcStart(where, entries) : null;
  }
}
