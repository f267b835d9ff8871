import { generateKeyPairSync, randomBytes, sign as nodeSign, type KeyObject } from "node:crypto";
import { deflateSync } from "node:zlib";
import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";
import { type Step, run, scripted } from "./script.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ed = generateKeyPairSync("ed25519");

const privatePem = (pair: { privateKey: KeyObject }): string =>
  pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
const publicPem = (pair: { publicKey: KeyObject }): string =>
  pair.publicKey.export({ type: "spki", format: "pem" }) as string;

const WRONG = "not valid=Failed to verify digest. Error code: 0";
const UNREADABLE = "not valid=Failed to initialize digest verify.";
const NOT_PRIVATE = "no signature=Invalid key type: private key required for signing operation.";

/** What the host signs and verifies, and what comes of it. */
const SIGNING: readonly (readonly [Step, string])[] = [
  ...[rsa, ec].flatMap((pair) => [
    [["sign", "sha256", privatePem(pair), "text"], "signed="] as const,
    [["verify", "sha256", publicPem(pair), "text"], "valid="] as const,
    [["verify", "SHA256", publicPem(pair), "text"], "valid="] as const,
    [["verify", "sha256", publicPem(pair), "text2"], WRONG] as const,
    [["verify", "sha512", publicPem(pair), "text"], WRONG] as const,
    [["verify", "md4", publicPem(pair), "text"], "not valid=md4 is not supported."] as const,
    [["verify", "sha256", privatePem(pair), "text"], UNREADABLE] as const,
    [["sign", "sha256", publicPem(pair), "text"], NOT_PRIVATE] as const,
    [["sign", "", privatePem(pair), "text"], "no signature= is not supported."] as const,
    [["verifyHex", "sha256", publicPem(pair), "text", ""], WRONG] as const,
    [["verifyHex", "sha256", publicPem(pair), "text", "00".repeat(5000)], WRONG] as const,
  ]),
  ...["sha1", "sha224", "sha256", "sha384", "sha512"].flatMap((hash) => [
    [["sign", hash, privatePem(rsa), ""], "signed="] as const,
    [["verify", hash, publicPem(rsa), ""], "valid="] as const,
  ]),
  [
    [
      "verifyHex",
      "sha256",
      publicPem(rsa),
      "text",
      nodeSign("sha256", Buffer.from("text"), rsa.privateKey).toString("hex"),
    ],
    "valid=",
  ],
  [
    ["sign", "sha256", privatePem(ed), "text"],
    "no signature=Invalid private key: key data is corrupted or malformed.",
  ],
  [["verify", "sha256", publicPem(ed), "text"], UNREADABLE],
  [["verify", "sha256", "", "text"], "not valid="],
  [["verify", "sha256", "garbage", "text"], UNREADABLE],
  [["verify", "sha256", "-----BEGIN garbage", "text"], UNREADABLE],
  [["sign", "sha256", "", "text"], "no signature="],
  [["sign", "sha256", "garbage", "text"], NOT_PRIVATE],
  [["sign", "sha256", "-----BEGIN garbage", "text"], NOT_PRIVATE],
];

const packed = (content: Uint8Array | string): string => deflateSync(content).toString("hex");

const PACKING: readonly (readonly [Step, string])[] = [
  [["zip", "a".repeat(500)], `smaller=${"a".repeat(500)}`],
  [["zip", ""], "larger="],
  [["zip", "x"], "larger=x"],
  [["unzip", packed(Buffer.alloc(1000)), 1000], "1000 bytes"],
  [["unzip", packed(Buffer.alloc(1000)), 999], "absent"],
  [["unzip", packed(""), 0], "0 bytes"],
  [["unzip", packed("abc").slice(0, -4), 1000], "absent"],
  [["unzip", `${packed("abc")}00`, 1000], "3 bytes"],
  [["unzip", "", 1], "absent"],
  [["unzip", "00", 1], "absent"],
  [["unzip", packed(Buffer.alloc(8 << 20)), 8 << 20], `${8 << 20} bytes`],
];

/** As request and filter state of the host, in the request's headers. */
const STATE: readonly (readonly [Step, string])[] = [
  [["setEnvoyState", "envoy.network.upstream_server_name", "v", 1], "Ok"],
  [["filterStateObject", "envoy.network.upstream_server_name"], "=v"],
  [["setEnvoyState", "envoy.tcp_proxy.cluster", "c", 2], "Ok"],
  [["setEnvoyState", "envoy.upstream.dynamic_port", "x", 0], "BadArgument"],
  [["setEnvoyState", "nope", "v", 0], "NotFound"],
  [["setEnvoyState", "", "v", 0], "NotFound"],
  [["filterStateObject", "nope"], "absent"],
  [["setFilterState", "t.once", "a"], "Ok"],
  [["setFilterState", "t.once", "b"], "BadArgument"],
  [["filterState", "t.once"], "=a"],
];

const CONFIGURE: Step[] = [
  ["declare", "t.once", 1, 0, 1],
  ["declare", "t.once", 0, 0, 0],
  ["setEnvoyState", "envoy.string", "v", 0],
  ["zip", "aaa"],
];

describeHosts("Foreign functions", { filters: [scripted({ configure: CONFIGURE })] }, ({ it, host }) => {
  const groups = { "sign and verify": SIGNING, "pack and unpack": PACKING, "set the host's state": STATE };
  for (const [what, cases] of Object.entries(groups)) {
    it(what, async () => {
      // A script travels in a header, and those have a limit.
      for (let at = 0; at < cases.length; at += 6) {
        const part = cases.slice(at, at + 6);
        // What one group of steps signs the next must verify.
        const first =
          what.startsWith("sign") && at > 0
            ? cases.slice(0, at).findLast(([step]) => step[0] === "sign")
            : undefined;
        const steps = [...(first ? [first] : []), ...part];
        const { reports } = await run(host, { requestHeaders: steps.map(([step]) => step) });
        expect(reports).toEqual(steps.map(([, outcome]) => outcome));
      }
    });
  }

  it("do no harm in any hook", async () => {
    const steps: Step[] = [
      ["setEnvoyState", "envoy.network.upstream_server_name", "v", 1],
      ["declare", "t.x", 0, 0, 0],
      ["verify", "sha256", publicPem(ec), "x"],
      ["zip", "aa"],
      ["setFilterState", "t.free", "1"],
    ];
    const hooks = {
      requestHeaders: steps,
      requestBody: steps,
      responseHeaders: steps,
      responseBody: steps,
      log: steps,
      done: steps,
    };
    const { response, reports } = await run(host, hooks, { method: "POST", body: "hello" });
    expect(response.status).toBe(200);
    expect(reports.filter((line) => line === "larger=aa").length).toBeGreaterThanOrEqual(6);
    expect(reports.slice(-10).filter((line) => line === "BadArgument")).toHaveLength(4);
  });

  const LIMIT = 1 << 20;
  const BODIES: Readonly<Record<string, readonly [Buffer, string]>> = {
    "a bomb of 140 MiB": [deflateSync(Buffer.alloc(140 << 20), { level: 9 }), "absent"],
    "a body as large as the limit": [deflateSync(Buffer.alloc(LIMIT)), `${LIMIT} bytes`],
    "a body that is one byte larger": [deflateSync(Buffer.alloc(LIMIT + 1)), "absent"],
    "a body that hardly gets smaller": [deflateSync(randomBytes(300_000)), "300000 bytes"],
  };
  for (const [what, [body, expected]] of Object.entries(BODIES)) {
    it(`unpack ${what} up to a limit, and no further`, async () => {
      const { response, reports } = await run(
        host,
        { requestBody: [["pauseUntilEnd"], ["atEnd", [["unzipBody", LIMIT]]]] },
        { method: "POST", body },
      );
      expect([response.status, reports]).toEqual([200, [expected]]);
      expect((await host.fetch("/")).status).toBe(200);
    });
  }
});

describeHosts(
  "A property that was declared",
  { filters: [scripted({ configure: [["declare", "t.session", 1, 2, 1]] }), scripted({}, "later")] },
  ({ it, host }) => {
    it("is one for every filter, and written once", async () => {
      const steps: Step[] = [
        ["setFilterState", "t.session", "a"],
        ["setFilterState", "t.session", "b"],
        ["filterState", "t.session"],
      ];
      await host.fetch("/", { headers: [["x-script", JSON.stringify({ requestHeaders: steps })]] });
      const said = (): string[] =>
        host.logs.filter(({ plugin }) => plugin === "later").map(({ message }) => message);
      await expect.poll(said).toContain("report: over");
      expect(said().slice(0, 3)).toEqual(["report: BadArgument", "report: BadArgument", "report: =a"]);
    });
  },
);
