// Which names of properties belong to the host.

import { Bytes } from "./bytes";

const DOT: u8 = 0x2e;

// https://www.envoyproxy.io/docs/envoy/v1.40.0/intro/arch_overview/advanced/attributes
// @ts-ignore: decorator
@lazy
const ROOTS: StaticArray<Bytes> = rootsNames();

// A function, since a lazy constant has no room for the steps of a list.
function rootsNames(): StaticArray<Bytes> {
  return [
    Bytes.of("request"),
    Bytes.of("response"),
    Bytes.of("source"),
    Bytes.of("destination"),
    Bytes.of("connection"),
    Bytes.of("upstream"),
    Bytes.of("metadata"),
    Bytes.of("filter_state"),
    Bytes.of("upstream_filter_state"),
    Bytes.of("xds"),
  ];
}

/**
 * True for a dotted name that begins like an attribute of the host, such as `source.address`: not one under which
 * filters tell each other what they found.
 *
 * @example
 * ```ts
 * class ForwardPlugin extends Plugin {
 *   configure(config: Bytes): bool {
 *     const reader = ConfigReader.parse(config);
 *     const name = reader.root.string("property", "shop.user");
 *     if (isAttributeName(name)) reader.root.error("property", "a name that the host does not use itself");
 *     reader.root.finish();
 *     return this.accept(reader);
 *   }
 * }
 * ```
 */
export function isAttributeName(name: Bytes): bool {
  const dot = name.indexOf(DOT);
  if (dot < 0) return false;
  const root = name.slice(0, dot);
  for (let i = 0; i < ROOTS.length; i++) if (unchecked(ROOTS[i]).equals(root)) return true;
  return false;
}
