// gRPC: how a call is put together, and what the host may do with calls and streams in any order.

import {
  Body,
  Bytes,
  Context,
  GrpcCall,
  GrpcMetadata,
  GrpcResponse,
  GrpcService,
  GrpcStatus,
  GrpcStream,
  Headers,
  Status,
} from "proxy-wasm-as-sdk";
import { GrpcExchange, GrpcStart } from "proxy-wasm-as-sdk/assembly/grpc-exchange";
import { grpcStatusOf } from "proxy-wasm-as-sdk/assembly/grpc-status";
import { input, isOver, number, out, part, tell } from "./frame";

const SERVICE = new GrpcService("authority");
const MOST_EVENTS: i32 = 100;

/** Cluster, authority, service and method, then names and values of metadata. */
export function grpcStart(): void {
  const service = new GrpcService(part().toString());
  const authority = part();
  if (authority.length > 0) service.authority(authority);
  const path = part();
  const method = part();
  service.maxMessageSize(path.length);
  const metadata = new GrpcMetadata();
  while (!isOver()) metadata.add(part(), part());
  const start = GrpcStart.of(service, path, method, metadata);
  out.append(metadata.isValid ? "+" : "-");
  tell(start ? start.service : null);
  tell(start ? start.metadata : null);
  out.appendDecimal(grpcStatusOf(<u32>number(0)));
}

class Owner extends Context {}

class Asked extends GrpcCall {
  onResponse(response: GrpcResponse): void {
    out.append("r").appendDecimal(response.status);
    if (response.body.read().length > input.length) out.append("!");
  }
}

class Watched extends GrpcStream {
  onInitialMetadata(metadata: Headers): void {
    out.append("i");
    const value = metadata.get("x-name");
    if (value && value.length > input.length) out.append("!");
  }

  onMessage(message: Body, size: i32): void {
    out.append("m");
    if (message.read(0, size).length > max(size, 0)) out.append("!");
  }

  onTrailingMetadata(metadata: Headers): void {
    out.append("t");
  }

  onClose(status: GrpcStatus, message: Bytes): void {
    out.append("c").appendDecimal(status);
  }
}

/** Calls and streams under tokens of the host's choice; two bytes for each event, a kind and a token. */
export function grpcEvents(): void {
  const owner = new Owner();
  owner.id = 7;
  owner.pluginId = 1;
  const end = min(input.length, 2 * MOST_EVENTS);
  for (let at = 0; at + 1 < end; at += 2) {
    const kind = input.at(at) % 7;
    const token: u32 = input.at(at + 1);
    if (kind == 0) begin(new Asked(owner).dispatch(SERVICE, "s", "m", null, input, 1));
    else if (kind == 1) begin(new Watched(owner).open(SERVICE, "s", "m", null));
    else if (kind == 2) GrpcExchange.initialMetadata(token);
    else if (kind == 3) GrpcExchange.message(token, <i32>number(at));
    else if (kind == 4) GrpcExchange.trailingMetadata(token);
    else if (kind == 5) GrpcExchange.end(token, token);
    else GrpcExchange.forgetOwner(token);
  }
  out.append(".");
  GrpcExchange.forgetPlugin(1);
  for (let token = 0; token < 256; token++) GrpcExchange.end(token, 0);
}

function begin(status: Status): void {
  if (status != Status.Ok) out.append("?");
}
