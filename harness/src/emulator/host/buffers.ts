import { BufferType, Status } from "../../abi/index.ts";
import { HostCrashError } from "../errors.ts";
import { Body } from "../headers/body.ts";
import type { Context } from "../vm/context.ts";
import type { Vm } from "../vm/vm.ts";
import { giveBytes } from "./give.ts";
import type { HostFunctions } from "./imports.ts";

const NOTHING = new Body();
/** Buffers whose content can be changed: the gRPC message too, though nothing comes of it. */
const WRITABLE: ReadonlySet<number> = new Set([
  BufferType.RequestBody,
  BufferType.ResponseBody,
  BufferType.DownstreamData,
  BufferType.UpstreamData,
  BufferType.GrpcReceiveBuffer,
]);

/** Buffer functions (proxy-wasm spec 0.2.1), with the statuses and clamping of Envoy 1.40. */
export function bufferFunctions(vm: Vm): HostFunctions {
  const { memory } = vm;

  return {
    proxy_get_buffer_status(type: number, lengthOut: number, flagsOut: number) {
      const body = lookUp(vm.active, type);
      if (typeof body === "number") return body;
      return memory.setU32(lengthOut, body.length) && memory.setU32(flagsOut, 0)
        ? Status.Ok
        : Status.InvalidMemoryAccess;
    },

    proxy_get_buffer_bytes(type: number, start: number, length: number, pointerOut: number, sizeOut: number) {
      const body = lookUp(vm.active, type);
      if (typeof body === "number") return body;
      const from = start >>> 0;
      const end = from + (length >>> 0);
      if (from >= body.length) return giveBytes(vm, NOTHING.bytes(), pointerOut, sizeOut);
      return giveBytes(vm, body.bytes().subarray(from, Math.min(end, body.length)), pointerOut, sizeOut);
    },

    proxy_set_buffer_bytes(type: number, start: number, length: number, dataAt: number, dataSize: number) {
      const context = vm.active;
      const body = lookUp(context, type);
      if (typeof body === "number") return body;
      const data = memory.copy(dataAt, dataSize);
      if (!data) return Status.InvalidMemoryAccess;
      if (!WRITABLE.has(type) || body === NOTHING) return Status.BadArgument;
      return body.write(start >>> 0, length >>> 0, data) ? Status.Ok : Status.BadArgument;
    },

    /** ABI 0.1.0 only: the configuration of the callback that runs. */
    proxy_get_configuration(pointerOut: number, sizeOut: number) {
      const body = vm.active.configuration ?? NOTHING;
      return giveBytes(vm, body.bytes(), pointerOut, sizeOut);
    },
  };
}

function lookUp(context: Context, type: number): Body | Status {
  if (type === BufferType.CallData) return context.callData ?? NOTHING;
  const body = find(context, type);
  if (typeof body !== "number") context.callData = body;
  return body;
}

function find(context: Context, type: number): Body | Status {
  switch (type) {
    case BufferType.RequestBody:
    case BufferType.ResponseBody:
      if (context.freedBodies[type]) {
        throw new HostCrashError(
          "a body is read after its hook returned StopIterationAndWatermark or NoBuffer",
        );
      }
      return context.bodies[type] ?? NOTHING;
    case BufferType.DownstreamData:
    case BufferType.UpstreamData:
      return context.connectionData[type === BufferType.DownstreamData ? 0 : 1] ?? NOTHING;
    case BufferType.HttpCallResponseBody: {
      const body = context.root.callResponse?.body;
      return body ? new Body(body) : Status.NotFound;
    }
    case BufferType.PluginConfiguration:
      return context.configuration ?? Status.NotFound;
      return NOTHING;
    case BufferType.GrpcReceiveBuffer:
      return context.root.grpcMessage ?? NOTHING;
    case BufferType.VmConfiguration:
      return context.vm.configuration;
    default:
      return Status.BadArgument;
  }
}
