import { decodePairs, MapType, Status } from "../../abi/index.ts";
import { HeaderMap } from "../headers/header-map.ts";
import { INLINE_REQUEST_TRAILER, INLINE_TRAILER } from "../headers/inline.ts";
import type { Context } from "../vm/context.ts";
import type { Vm } from "../vm/vm.ts";
import { givePairs, giveText } from "./give.ts";
import type { HostFunctions } from "./imports.ts";

const MAX_TYPE = MapType.HttpCallResponseTrailers;

/** Header map functions (proxy-wasm spec 0.2.1), with the statuses of Envoy 1.40. */
export function headerFunctions(vm: Vm): HostFunctions {
  const { memory } = vm;

  function write(
    type: number,
    keyAt: number,
    keySize: number,
    change: (map: HeaderMap, key: string) => boolean,
  ): number {
    const key = memory.text(keyAt, keySize);
    if (key === undefined) return Status.InvalidMemoryAccess;
    if (type >>> 0 > MAX_TYPE) return Status.BadArgument;
    const context = vm.active;
    const map = writable(context, type);
    if (!map) return Status.BadArgument;
    if (!change(map, key)) return Status.InvalidMemoryAccess;
    if (type === MapType.RequestHeaders) context.stream?.clearRouteCache();
    return Status.Ok;
  }

  const writeValue =
    (change: (map: HeaderMap, key: string, value: string) => void) =>
    (type: number, keyAt: number, keySize: number, valueAt: number, valueSize: number): number =>
      write(type, keyAt, keySize, (map, key) => {
        const value = memory.text(valueAt, valueSize);
        if (value !== undefined) change(map, key, value);
        return value !== undefined;
      });

  return {
    proxy_get_header_map_value(
      type: number,
      keyAt: number,
      keySize: number,
      pointerOut: number,
      sizeOut: number,
    ) {
      const key = memory.text(keyAt, keySize);
      if (key === undefined) return Status.InvalidMemoryAccess;
      if (type >>> 0 > MAX_TYPE) return Status.BadArgument;
      const context = vm.active;
      const map = readable(context, type);
      if (!map) return context.logMaps ? Status.NotFound : Status.BadArgument;
      const value = key === "" ? undefined : map.get(key);
      if (value !== undefined) return giveText(vm, value, pointerOut, sizeOut);
      return vm.abi010 ? giveText(vm, "", pointerOut, sizeOut) : Status.NotFound;
    },

    proxy_add_header_map_value: writeValue((map, key, value) => map.add(key, value)),
    proxy_replace_header_map_value: writeValue((map, key, value) => map.replace(key, value)),

    proxy_remove_header_map_value(type: number, keyAt: number, keySize: number) {
      return write(type, keyAt, keySize, (map, key) => {
        map.remove(key);
        return true;
      });
    },

    proxy_get_header_map_pairs(type: number, pointerOut: number, sizeOut: number) {
      if (type >>> 0 > MAX_TYPE) return Status.BadArgument;
      return givePairs(vm, readable(vm.active, type)?.entries ?? [], pointerOut, sizeOut);
    },

    proxy_set_header_map_pairs(type: number, pairsAt: number, pairsSize: number) {
      const bytes = memory.view(pairsAt, pairsSize);
      if (!bytes) return Status.InvalidMemoryAccess;
      if (type >>> 0 > MAX_TYPE) return Status.BadArgument;
      const context = vm.active;
      const map = writable(context, type);
      if (!map) return Status.BadArgument;
      map.assign(decodePairs(bytes));
      if (type === MapType.RequestHeaders) context.stream?.clearRouteCache();
      return Status.Ok;
    },

    proxy_get_header_map_size(type: number, sizeOut: number) {
      if (type >>> 0 > MAX_TYPE) return Status.BadArgument;
      // As if it were to be written: at the end of a body Envoy 1.40 even adds trailers for that.
      const map = writable(vm.active, type);
      if (!map) return Status.BadArgument;
      return memory.setU32(sizeOut, map.byteSize) ? Status.Ok : Status.InvalidMemoryAccess;
    },
  };
}

function readable(context: Context, type: number): HeaderMap | undefined {
  if (type <= MapType.ResponseTrailers) return context.logMaps?.[type] ?? context.maps[type];
  if (type === MapType.GrpcInitialMetadata) return context.root.grpcMaps[0];
  if (type === MapType.GrpcTrailingMetadata) return context.root.grpcMaps[1];
  const response = context.root.callResponse;
  if (type === MapType.HttpCallResponseHeaders) return response?.headers;
  return type === MapType.HttpCallResponseTrailers ? response?.trailers : undefined;
}

function writable(context: Context, type: number): HeaderMap | undefined {
  if (type > MapType.ResponseTrailers) return undefined;
  const map = context.maps[type];
  if (map || (type !== MapType.RequestTrailers && type !== MapType.ResponseTrailers)) return map;
  // Trailers may be added to a message that has none while its last body bytes are in the filter's hands.
  const direction = type === MapType.RequestTrailers ? 0 : 1;
  if (!context.stream || !context.endOfStream || !context.bodies[direction]) return undefined;
  const added = new HeaderMap(direction === 0 ? INLINE_REQUEST_TRAILER : INLINE_TRAILER);
  if (!context.stream.addTrailers(context, direction, added)) return undefined;
  context.maps[type] = added;
  return added;
}
