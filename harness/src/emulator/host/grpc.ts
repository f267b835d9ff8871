import { decodePairs, Status } from "../../abi/index.ts";
import { HostFunctionNotEmulated } from "../errors.ts";
import { GrpcExchange } from "../grpc/exchange.ts";
import { grpcRequestHeaders } from "../grpc/request.ts";
import { grpcTarget } from "../grpc/service.ts";
import type { Vm } from "../vm/vm.ts";
import type { HostFunctions } from "./imports.ts";

const UNAVAILABLE = 14;
const KIND_MASK = 3;
const UNARY = 1;
const STREAM = 2;

/** gRPC functions (proxy-wasm spec 0.2.1) as in Envoy 1.40. */
export function grpcFunctions(vm: Vm): HostFunctions {
  const { memory, host } = vm;

  /** What is in progress under `token` for the plugin that asks. */
  const find = (token: number): GrpcExchange | undefined => {
    const exchange = vm.grpc.get(token);
    return exchange?.root === vm.active.root ? exchange : undefined;
  };
  const kindOf = (token: number): number => token & KIND_MASK;

  function start(
    kind: typeof UNARY | typeof STREAM,
    texts: readonly (readonly [at: number, size: number])[],
    message: Uint8Array | undefined,
    timeout: number | undefined,
    tokenOut: number,
  ): number {
    const [target, service, method, metadata] = texts.map(([at, size]) => memory.view(at, size));
    if (!target || !service || !method || !metadata) return Status.InvalidMemoryAccess;
    if (kind === UNARY && !message) return Status.InvalidMemoryAccess;
    const isCluster = (name: string): boolean =>
      host.grpc(name) !== undefined || host.cluster(name) !== undefined;
    const where = grpcTarget(target, isCluster);
    if (!where) return Status.ParseFailure;
    const token = kind === UNARY ? vm.nextGrpcCallToken : vm.nextGrpcStreamToken;
    if (kind === UNARY) vm.nextGrpcCallToken += 4;
    else vm.nextGrpcStreamToken += 4;
    const upstream = host.grpc(where.cluster);
    if (!upstream) {
      if (host.cluster(where.cluster))
        throw new HostFunctionNotEmulated(`a gRPC call to a cluster of HTTP/1.1 (${where.cluster})`);
      const { root } = vm.active;
      vm.defer(() => {
        root.status = [UNAVAILABLE, "Cluster not available"];
        vm.callback(root, "proxy_on_grpc_close", root.id, token, UNAVAILABLE);
        root.status = [UNAVAILABLE, ""];
      });
      return Status.InternalFailure;
    }
    const headers = grpcRequestHeaders({
      authority: where.authority,
      service: service.toString("latin1"),
      method: method.toString("latin1"),
      metadata: decodePairs(metadata),
      timeout,
    });
    const { root } = vm.active;
    const isUnary = kind === UNARY;
    const { limit } = where;
    const exchange = new GrpcExchange({
      vm,
      root,
      token,
      isUnary,
      headers,
      upstream,
      limit,
      timeout: timeout ?? 0,
    });
    vm.grpc.set(token, exchange);
    if (message) exchange.send(message, true);
    return memory.setU32(tokenOut, token) ? Status.Ok : Status.InvalidMemoryAccess;
  }

  function cancel(token: number): number {
    const kind = kindOf(token);
    if (kind !== UNARY && kind !== STREAM) return Status.BadArgument;
    const exchange = find(token);
    if (!exchange) return Status.NotFound;
    exchange.cancel();
    vm.grpc.delete(token);
    return Status.Ok;
  }

  return {
    proxy_grpc_call(
      targetAt: number,
      targetSize: number,
      serviceAt: number,
      serviceSize: number,
      methodAt: number,
      methodSize: number,
      metadataAt: number,
      metadataSize: number,
      messageAt: number,
      messageSize: number,
      timeout: number,
      tokenOut: number,
    ) {
      const texts = [
        [targetAt, targetSize],
        [serviceAt, serviceSize],
        [methodAt, methodSize],
        [metadataAt, metadataSize],
      ] as const;
      return start(UNARY, texts, memory.copy(messageAt, messageSize), timeout >>> 0, tokenOut);
    },

    proxy_grpc_stream(
      targetAt: number,
      targetSize: number,
      serviceAt: number,
      serviceSize: number,
      methodAt: number,
      methodSize: number,
      metadataAt: number,
      metadataSize: number,
      tokenOut: number,
    ) {
      const texts = [
        [targetAt, targetSize],
        [serviceAt, serviceSize],
        [methodAt, methodSize],
        [metadataAt, metadataSize],
      ] as const;
      return start(STREAM, texts, undefined, undefined, tokenOut);
    },

    proxy_grpc_send(token: number, messageAt: number, messageSize: number, isLast: number) {
      const message = memory.copy(messageAt, messageSize);
      if (!message) return Status.InvalidMemoryAccess;
      if (kindOf(token) !== STREAM) return Status.BadArgument;
      const exchange = find(token);
      if (!exchange) return Status.NotFound;
      exchange.send(message, isLast !== 0);
      return Status.Ok;
    },

    proxy_grpc_cancel: cancel,

    proxy_grpc_close(token: number) {
      if (kindOf(token) !== STREAM) return cancel(token);
      const exchange = find(token);
      if (!exchange) return Status.NotFound;
      exchange.close();
      if (exchange.isRemoteClosed) vm.grpc.delete(token);
      return Status.Ok;
    },
  };
}
