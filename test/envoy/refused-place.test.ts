import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { startEnvoy } from "../../harness/src/envoy/index.ts";
import type { JsonObject } from "../../harness/src/ship/index.ts";
import { writeModule } from "./modules.ts";
import { envoyOrSkip } from "./support.ts";
import { topologyWith } from "./topology.ts";

/** A part of a configuration that a case may spoil. */
type Part = { [name: string]: unknown };

interface Parts {
  readonly root: Part;
  readonly listener: Part;
  readonly address: Part;
  readonly manager: Part;
  readonly route: { match: Part; route: Part };
  readonly filters: Part[];
  readonly clusters: Part[];
}

const CASES: readonly (readonly [
  what: string,
  spoil: (parts: Parts) => void,
  words: RegExp,
  line: string,
])[] = [
  ["an unknown field at the top", ({ root }) => (root["nope"] = 1), /no such field: 'nope'/, '"nope": 1'],
  [
    "an unknown field deep below",
    ({ route }) => (route.match["prefx"] = "/"),
    /virtual_hosts\[0\]\.routes\[0\]\.match: message envoy\S+, near \S+ \(offset \d+\): no such field: 'prefx'/,
    '"prefx": "/"',
  ],
  [
    "a value of the wrong type",
    ({ address }) => (address["port_value"] = "abc"),
    /invalid number: 'abc'\)$/m,
    '"port_value": "abc"',
  ],
  [
    "a duration in words",
    ({ manager }) => (manager["request_timeout"] = "5 minutes"),
    /duration must end with/,
    '"request_timeout": "5 minutes",',
  ],
  [
    "an unknown value of an enumeration",
    ({ manager }) => (manager["path_with_escaped_slashes_action"] = "NOPE"),
    /unknown enum value: 'NOPE'/,
    '"path_with_escaped_slashes_action": "NOPE",',
  ],
  [
    "an unknown cluster",
    ({ route }) => (route.route["cluster"] = "gone"),
    /unknown cluster 'gone'/,
    '"cluster": "gone"',
  ],
  [
    "an unknown kind of filter",
    ({ filters }) =>
      filters.unshift({ name: "mine", typed_config: { "@type": "type.googleapis.com/my.Filter" } }),
    /could not find @type 'type\.googleapis\.com\/my\.Filter'\)$/m,
    '"@type": "type.googleapis.com/my.Filter"',
  ],
  [
    "a value out of range",
    ({ clusters }) => (clusters[0]!["load_assignment"] = { cluster_name: "" }),
    /constraint validation failed \(Bootstrap\.static_resources\.clusters\[0\]\.load_assignment\.cluster_name: value length/,
    '"cluster_name": ""',
  ],
  [
    "a field that is missing",
    ({ manager }) => delete manager["stat_prefix"],
    /constraint validation failed \(HttpConnectionManager\.stat_prefix: value length/,
    '"@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",',
  ],
  [
    "an address that is none",
    ({ address }) => (address["address"] = "not an address"),
    /malformed IP address: not an address/,
    '"address": "not an address",',
  ],
  [
    "two clusters of one name",
    ({ clusters }) => clusters.push(structuredClone(clusters[0]!)),
    /duplicate cluster 'up'/,
    '"name": "up",',
  ],
];

const envoy = await envoyOrSkip("binary");

describe.skipIf(envoy === null)("Envoy's reasons to refuse its configuration", () => {
  let wasmPath: string;

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), "sidecraft-test-"));
    wasmPath = await writeModule(join(directory, "empty.wasm"), "empty");
    return () => rm(directory, { recursive: true });
  });

  async function messageOf(spoil: (parts: Parts) => void): Promise<string> {
    const amend = (config: JsonObject): JsonObject => {
      const spoilt = structuredClone(config) as JsonObject;
      spoil(partsOf(spoilt));
      return spoilt;
    };
    const started = startEnvoy({
      installation: envoy!,
      topology: topologyWith(wasmPath),
      clusters: [{ name: "up", port: 9 }],
      amend,
    });
    return started.then(
      () => "",
      (error: unknown) => (error as Error).message,
    );
  }

  it.each(CASES)("%s: stands in the message with its line", async (_, spoil, words, line) => {
    const message = await messageOf(spoil);
    expect(message).toMatch(words);
    const [, number, shown] = /^ +> +(\d+) \| +(.*)$/m.exec(message) ?? [];
    expect(shown, message).toBe(line);
    expect(message).toContain(`line ${number} of its configuration:`);
    // Not all of the configuration, which Envoy repeats.
    expect(message.split("\n").length).toBeLessThan(10);
  });

  it("a reason without a place: no line is guessed", async () => {
    const message = await messageOf(({ route }) => (route.match = { safe_regex: { regex: "(" } }));
    expect(message).toMatch(/missing \)/);
    expect(message).not.toContain("of its configuration");
  });
});

/** The parts of a bootstrap, to be written to. */
function partsOf(root: JsonObject): Parts {
  const { listeners, clusters } = root["static_resources"] as unknown as {
    listeners: Part[];
    clusters: Part[];
  };
  const listener = listeners[0] as Part & {
    address: { socket_address: Part };
    filter_chains: { filters: { typed_config: Part }[] }[];
  };
  const manager = listener.filter_chains[0]!.filters[0]!.typed_config as Part & {
    route_config: { virtual_hosts: { routes: Parts["route"][] }[] };
    http_filters: Part[];
  };
  return {
    root: root as unknown as Part,
    listener,
    address: listener.address.socket_address,
    manager,
    route: manager.route_config.virtual_hosts[0]!.routes[0]!,
    filters: manager.http_filters,
    clusters,
  };
}
