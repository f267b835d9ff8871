import { expect } from "vitest";
import { describeHosts, type FetchOptions } from "../../harness/src/testing/index.ts";
import { scripted, run, type Step } from "../sdk/script.ts";
import { BYTES } from "../conformance/probe/index.ts";
import { over, probe, traced } from "./traced.ts";

const TENANT = {
  name: "Zoë",
  rate: 2.5,
  isPaid: true,
  none: null,
  list: ["a", "b", 1],
  inner: { deep: "x" },
  "x-t": { "x-t-one": "1", "x-t-two": "2" },
  map: {},
};

/** What is read below any message `Metadata` with {@link TENANT} in it. */
const BELOW_METADATA: readonly (readonly [path: string, answer: string])[] = [
  ["filter_metadata tenant name", 'Ok "ZoÃ«"'],
  ["filter_metadata tenant name x", "NotFound null"],
  ["filter_metadata tenant rate", 'Ok "\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0004@"'],
  ["filter_metadata tenant isPaid", 'Ok "\\u0001"'],
  ["filter_metadata tenant none", "SerializationFailure null"],
  ["filter_metadata tenant none x", "NotFound null"],
  ["filter_metadata tenant list 1", 'Ok "b"'],
  ["filter_metadata tenant list 2", 'Ok "\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000ð?"'],
  ["filter_metadata tenant list 3", "NotFound null"],
  ["filter_metadata tenant list -1", "NotFound null"],
  ["filter_metadata tenant list x", "NotFound null"],
  [
    "filter_metadata tenant inner",
    'Ok "\\u0001\\u0000\\u0000\\u0000\\u0004\\u0000\\u0000\\u0000\\u0001\\u0000\\u0000\\u0000deep\\u0000x\\u0000"',
  ],
  ["filter_metadata tenant inner deep", 'Ok "x"'],
  ["filter_metadata tenant map", 'Ok "\\u0000\\u0000\\u0000\\u0000"'],
  ["filter_metadata tenant map x", "NotFound null"],
  // One null in it is enough.
  ["filter_metadata tenant", "SerializationFailure null"],
  ["filter_metadata", "SerializationFailure null"],
  ["filter_metadata nobody", "NotFound null"],
  ["typed_filter_metadata", 'Ok "\\u0000\\u0000\\u0000\\u0000"'],
  ["typed_filter_metadata x", "NotFound null"],
  ["nothing", "NotFound null"],
];

/** The same where there is none. */
const BELOW_NOTHING: readonly (readonly [path: string, answer: string])[] = [
  ["", "Ok null"],
  ["filter_metadata", 'Ok "\\u0000\\u0000\\u0000\\u0000"'],
  ["filter_metadata x", "NotFound null"],
  ["typed_filter_metadata", 'Ok "\\u0000\\u0000\\u0000\\u0000"'],
  ["nothing", "NotFound null"],
];

const NODE: readonly (readonly [path: string, answer: string])[] = [
  ["id", 'Ok "edge-1"'],
  ["id x", "NotFound null"],
  ["cluster", 'Ok "sidecraft"'],
  [
    "metadata",
    'Ok "\\u0001\\u0000\\u0000\\u0000\\u0004\\u0000\\u0000\\u0000\\u0004\\u0000\\u0000\\u0000zone\\u0000west\\u0000"',
  ],
  ["metadata zone", 'Ok "west"'],
  ["metadata none", "NotFound null"],
  ["locality", "Ok null"],
  ["locality zone", "Ok null"],
  ["locality none", "NotFound null"],
  ["nothing", "NotFound null"],
];

describeHosts(
  "Properties that a test sets",
  {
    filters: [probe()],
    node: { id: "edge-1", metadata: { zone: "west" } },
    dynamicMetadata: { tenant: TENANT, other: {} },
    routes: [
      { match: { prefix: "/plain" }, cluster: "stable" },
      { match: { prefix: "/one" }, cluster: "stable", metadata: { one: { a: { b: "c" } } } },
      { match: { prefix: "/" }, cluster: "stable", metadata: { tenant: TENANT, other: {} } },
    ],
  },
  ({ it, host }) => {
    async function read(
      path: string,
      below: readonly string[],
      options: FetchOptions = {},
    ): Promise<string[]> {
      const calls = below.map((rest) => {
        const segments = rest.split(" ").filter((segment) => segment !== "");
        return ["proxy_get_property", segments.join("\0"), BYTES] as const;
      });
      await host.fetch(path, { ...options, headers: [traced({ requestHeaders: calls })] });
      const PREFIX = "requestHeaders: get_property -> ";
      return (await over(host))
        .filter((line) => line.startsWith(PREFIX))
        .map((line) => line.slice(PREFIX.length));
    }

    for (const [object, path, expected] of [
      ["xds route_metadata", "/", BELOW_METADATA],
      ["metadata", "/", BELOW_METADATA],
      ["xds route_metadata", "/plain", BELOW_NOTHING],
      ["xds virtual_host_metadata", "/", BELOW_NOTHING],
      ["xds cluster_metadata", "/", BELOW_NOTHING],
      ["xds listener_metadata", "/", BELOW_NOTHING],
      ["xds node", "/", NODE],
    ] as const) {
      it(`are read below ${object.replace(" ", ".")} at ${path}`, async () => {
        const answers = await read(
          path,
          expected.map(([below]) => `${object} ${below}`),
        );
        expect(expected.map(([below], index) => [below, answers[index]])).toEqual(expected);
      });
    }

    it("are a message in binary as a whole, and maps in maps below", async () => {
      const [whole, below] = await read("/one", [
        "xds route_metadata",
        "xds route_metadata filter_metadata one a",
      ]);
      expect(whole).toBe(
        String.raw`Ok "\n\u001a\n\u0003one\u0012\u0013\n\u0011\n\u0001a\u0012\f*\n\n\b\n\u0001b\u0012\u0003\u001a\u0001c"`,
      );
      expect(below).toMatch(/b\\u0000c\\u0000"$/);
    });

    for (const [source, address] of [
      ["203.0.113.7:5000", "203.0.113.7"],
      ["[2001:db8::7]:80", "2001:db8::7"],
    ] as const) {
      for (const http of [1, 2] as const) {
        it(`are the address of the client, ${source}, over HTTP/${http}`, async () => {
          const [from] = await read("/", ["source address"], { source, http });
          expect(from).toBe(`Ok "${source}"`);
          const [request] = host.upstream("stable").requests;
          expect(request).toHaveHeader("x-forwarded-for", address);
          expect(request).toHaveHeader("x-envoy-external-address", address);
        });
      }
    }

    it("come behind the addresses that the client claims", async () => {
      const headers = { "x-forwarded-for": "10.0.0.1", "x-envoy-external-address": "10.0.0.2" };
      const { upstream } = await host.fetch("/", { headers, source: "203.0.113.7:5000" });
      expect(upstream?.request).toHaveHeader("x-forwarded-for", "10.0.0.1,203.0.113.7");
      expect(upstream?.request).toHaveHeader("x-envoy-external-address", "203.0.113.7");
    });

    it("are addresses with a port, or refused", async () => {
      for (const source of ["203.0.113.7", "203.0.113.7:70000", "2001:db8::7:80", "client:80", ""])
        expect(() => host.open("/", { source })).toThrow(/source: saw ".*", expected address and port/);
    });
  },
);

describeHosts(
  "Properties that a test sets, as the SDK reads them",
  {
    filters: [scripted()],
    node: { metadata: { zone: "west" } },
    dynamicMetadata: { tenant: TENANT },
    routes: [{ match: { prefix: "/" }, cluster: "stable", metadata: { tenant: TENANT } }],
  },
  ({ it, host }) => {
    it("have their types", async () => {
      const at = ["xds", "route_metadata", "filter_metadata", "tenant"];
      const steps: Step[] = [
        ["property", ...at, "name"],
        ["floatProperty", 0, ...at, "rate"],
        ["booleanProperty", 0, ...at, "isPaid"],
        ["mapProperty", "metadata", "filter_metadata", "tenant", "x-t"],
      ];
      const { reports } = await run(host, { requestHeaders: steps });
      const [map = "", ...others] = reports.toReversed();
      expect(others.toReversed()).toEqual(["=Zoë", "2.5", "true"]);
      expect(map.split(" ").toSorted()).toEqual(["map", "x-t-one=1", "x-t-two=2"]);
    });

    it("are the same in expressions", async () => {
      const sources = [
        "xds.route_metadata.filter_metadata['tenant']['name'] == 'Zoë'",
        "xds.route_metadata.filter_metadata['tenant']['rate'] > 2.0",
        "xds.route_metadata.filter_metadata['tenant']['isPaid']",
        "'b' in xds.route_metadata.filter_metadata['tenant']['list']",
        "xds.route_metadata.filter_metadata.tenant.inner.deep == 'x'",
        "metadata.filter_metadata['tenant']['inner']['deep'] == 'x'",
        "!('nobody' in metadata.filter_metadata)",
        "xds.node.metadata['zone'] == 'west'",
      ];
      const steps = sources.flatMap((source): Step[] => [
        ["expression", source],
        ["isTrueOr", 0],
      ]);
      const { reports } = await run(host, { requestHeaders: steps });
      const answers = reports.filter((line) => line !== "expression");
      expect(sources.map((source, index) => [source, answers[index]])).toEqual(
        sources.map((source) => [source, "true"]),
      );
    });
  },
);
