import { deflateSync, inflateSync } from "node:zlib";
import { Status } from "../../abi/index.ts";
import type { Context } from "../vm/context.ts";
import { readFields } from "./protobuf.ts";
import { signText, verifySignature } from "./signatures.ts";

/** A foreign function: takes the effective context and the argument, returns bytes or a status. */
export type ForeignFunction = (context: Context, argument: Buffer) => Uint8Array | Status;

const EMPTY = new Uint8Array();

/** Names that have an object factory in Envoy 1.40; set_envoy_filter_state knows no others. */
const FILTER_STATE_OBJECTS: ReadonlySet<string> = new Set([
  "envoy.string",
  "envoy.hashable_string",
  "envoy.network.upstream_server_name",
  "envoy.network.upstream_subject_alt_names",
  "envoy.network.application_protocols",
  "envoy.network.transport_socket.original_dst_address",
  "envoy.tcp_proxy.cluster",
  "envoy.tcp_proxy.disable_tunneling",
  "envoy.upstream.dynamic_host",
  "envoy.upstream.dynamic_port",
  "envoy.ratelimit.hits_addend",
]);

/** Those of them that are numbers. */
const NUMBERS: ReadonlySet<string> = new Set(["envoy.upstream.dynamic_port", "envoy.ratelimit.hits_addend"]);

function text(value: bigint | Buffer | undefined): string {
  return value instanceof Buffer ? value.toString("latin1") : "";
}

/** The foreign functions of Envoy 1.40 by name. */
export const FOREIGN_FUNCTIONS: ReadonlyMap<string, ForeignFunction> = new Map<string, ForeignFunction>([
  ["compress", (_, argument) => deflateSync(argument)],
  [
    "uncompress",
    (_, argument) => {
      try {
        return inflateSync(argument);
      } catch {
        return Status.SerializationFailure; // zlib says no more than that the data is corrupt
      }
    },
  ],
  [
    "clear_route_cache",
    (context) => {
      context.stream?.clearRouteCache();
      return EMPTY;
    },
  ],
  [
    "set_envoy_filter_state",
    (context, argument) => {
      const fields = readFields(argument);
      if (!fields || !context.stream) return Status.BadArgument;
      const path = text(fields.get(1));
      if (!FILTER_STATE_OBJECTS.has(path)) return Status.NotFound;
      const value = fields.get(2);
      if (NUMBERS.has(path) && !/^\d+$/.test(text(value))) return Status.BadArgument;
      return context.stream.filterState.set(path, value instanceof Buffer ? value : EMPTY, false)
        ? EMPTY
        : Status.BadArgument;
    },
  ],
  [
    "declare_property",
    (context, argument) => {
      const fields = readFields(argument);
      // Like expressions it looks at the context that was called; of a stream it counts for nobody.
      const prototypes = (context.vm.current.prototypes ??= new Map());
      const name = text(fields?.get(1));
      if (!fields || prototypes.has(name)) return Status.BadArgument;
      prototypes.set(name, { readOnly: fields.get(2) === 1n });
      return EMPTY;
    },
  ],
  // Unlike most functions these look at the context that was called, not at the effective one.
  ["expr_create", (context, source) => context.vm.current.root.expressions.create(source)],
  [
    "expr_evaluate",
    (context, token) => context.vm.current.root.expressions.evaluate(token, context.vm.current),
  ],
  ["expr_delete", (context, token) => context.vm.current.root.expressions.delete(token)],
  ["verify_signature", (_, argument) => verifySignature(argument)],
  ["sign", (_, argument) => signText(argument)],
]);
