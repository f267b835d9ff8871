import { createHmac } from "node:crypto";
import { type Pair, encodePairs } from "../../../harness/src/abi/pairs.ts";
import { PAIRS, PAIR_WORDS } from "./host.ts";
import { JSON_WORDS } from "./json.ts";
import { type Target, differs, raw, split, told } from "./target.ts";

/** Those of `assembly/auth.ts`. */
const SECRET = "0123456789abcdef0123456789abcdef";
const NOW = 1_800_000_000;
const LEEWAY = 5;

const HEADER = { alg: "HS256", typ: "JWT" };
const CLAIMS = { iss: "https://issuer.test", aud: "orders", sub: "alice", exp: NOW + 60 };
const MAX_PATH_BYTES = 8192;

function signed(header: string, claims: string): string {
  const content = `${Buffer.from(header).toString("base64url")}.${Buffer.from(claims).toString("base64url")}`;
  return `${content}.${createHmac("sha256", SECRET).update(content).digest("base64url")}`;
}

/** The path that rules are matched with, by the words of `path.ts` and not by its code; null for ambiguous ones. */
function pathOf(target: string): string | null {
  const [encoded = ""] = target.split("?", 1);
  if (encoded.length > MAX_PATH_BYTES || /%(?![0-9a-fA-F]{2})|%2f/i.test(encoded)) return null;
  const path = encoded.replaceAll(/%(..)/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
  const bytes = Buffer.from(path, "latin1");
  const segments = path.slice(1).split("/");
  const isPlain = !segments.some((segment) => segment === "." || segment === "..");
  const isDense = !segments.slice(0, -1).includes("");

  const isUnambiguous = !/[\x00-\x1f\x7f#;?\\]|%[0-9a-fA-F]{2}/.test(path);
  const isUtf8 = Buffer.from(bytes.toString()).equals(bytes);
  return path.startsWith("/") && isPlain && isDense && isUnambiguous && isUtf8 ? path : null;
}

function checkAuthorization(input: Buffer, output: Buffer): string | undefined {
  const token = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(input.toString("latin1"))?.[1];
  const said = output.toString("latin1");
  if (token !== undefined) return differs(`2 ${token}`, output);
  return /^[034] $/.test(said) ? undefined : `takes for a credential: ${said}`;
}

/** Only what the issuer signed for us, in time, lets anyone pass. */
function checkToken(token: string, output: Buffer): string | undefined {
  const said = output.toString();
  if (!said.startsWith("passes ")) return undefined;
  const [header = "", claims = "", signature = ""] = token.split(".");
  const code = createHmac("sha256", SECRET).update(`${header}.${claims}`).digest("base64url");
  const { alg } = JSON.parse(Buffer.from(header, "base64url").toString()) as { alg: unknown };
  const read = JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, unknown>;
  const isMeant = read.iss === CLAIMS.iss && [read.aud].flat().includes(CLAIMS.aud);
  const isInTime = Number(read.exp) > NOW - LEEWAY && Number(read.nbf ?? 0) <= NOW + LEEWAY;
  if (code !== signature || alg !== "HS256" || !isMeant || !isInTime) return "lets a bad token pass";
  return said === `passes tokens/${String(read.sub)}` ? undefined : `makes somebody else of it: ${said}`;
}

const header = JSON.stringify(HEADER);
const claims = JSON.stringify(CLAIMS);
const good = signed(header, claims);
const request = (target: string, ...pairs: Pair[]): Buffer =>
  Buffer.concat([Buffer.from(`${target}\0`), encodePairs(pairs)]);
const CLAIM_SETS = [
  { ...CLAIMS, aud: ["other", "orders"], nbf: NOW, iat: 0 },
  { ...CLAIMS, exp: NOW - 6 },
  { ...CLAIMS, exp: 1e300, nbf: -1 },
  { ...CLAIMS, sub: " x\t", aud: [] },
  { ...CLAIMS, sub: 7, aud: [1] },
].map((set) => JSON.stringify(set));
const HEADERS = [{ alg: "none" }, { ...HEADER, crit: ["b64"], b64: false }, { alg: ["HS256"] }].map((head) =>
  JSON.stringify(head),
);
const TOKENS = [
  good,
  ...CLAIM_SETS.map((set) => signed(header, set)),
  ...HEADERS.map((head) => signed(head, claims)),
];
const CLAIM_WORDS = Object.keys(CLAIMS)
  .concat("nbf", "iat")
  .map((name) => `"${name}":`);
const NUMBERS = ["9223372036854775807", "-9223372036854775808", "1799999995", "1800000005", "1e19", "0.5"];

export const authTargets: readonly Target[] = [
  {
    name: "path",
    seeds: [
      "/a/b%20c?x=%2f",
      "/a/../b",
      "/%2e%2e/",
      "/a//b",
      "/a;b",
      "/%252e",
      "*",
      "/é",
      "/%ff",
      "/%C3%A9/",
      "/.",
    ],
    words: ["%2e", "%2f", "%25", "%5c", "%00", "%c0%af", "%", "/", "//", ".", "..", ";", "?", "#", "\\"],
    check: (input, output) => {
      const path = pathOf(input.toString("latin1"));
      return differs(told(path === null ? null : Buffer.from(path, "latin1")), output);
    },
  },
  {
    name: "authorization",
    seeds: [
      "Bearer abc.def.ghi",
      "bearer  x",
      "Basic dTpw",
      "Basic x, Bearer y",
      "Bearer",
      "Bearer ===",
      raw("B\xe4r x"),
    ],
    words: ["Bearer ", "bearer", ", Bearer ", "=", " ", "\t", ",", "~"],
    check: checkAuthorization,
  },
  {
    name: "token",
    seeds: [...TOKENS, "e30.e30.e30", "..", "a.b.c.d", `${good}A`, good.replace(/.$/, "-")],
    words: [".", "=", "e30", "eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJub25lIn0", "W10"],
    check: (input, output) => checkToken(input.toString("latin1"), output),
  },
  {
    name: "claims",
    seeds: [
      `${header}\0${claims}`,
      ...CLAIM_SETS.map((set) => `${header}\0${set}`),
      ...HEADERS.map((head) => `${head}\0${claims}`),
    ],
    words: [...JSON_WORDS, ...CLAIM_WORDS, ...NUMBERS, '"orders"', '"crit":', '"zip":', '"HS256"', '"typ":'],
    check: (input, output) => {
      const { first, rest } = split(input, 1);
      const content = [first[0] as Buffer, rest].map((part) => part.toString("base64url")).join(".");
      const code = createHmac("sha256", SECRET).update(content).digest("base64url");
      return checkToken(`${content}.${code}`, output);
    },
  },
  {
    name: "authRequest",
    seeds: [
      request("/keys/1", ["x-api-key", "secret-key"], [":path", "/keys/1"]),
      request("/orders", ["authorization", `Bearer ${good}`]),
      request("/orders", ["authorization", `Bearer ${good}`], ["x-api-key", "secret-key"]),
      request("/open"),
      request("/orders", ["x-api-key", "wrong"], ["x-api-key", "wrong"]),
      ...PAIRS.map((list) => Buffer.concat([Buffer.from("/keys\0"), list])),
    ],
    words: [...PAIR_WORDS, "x-api-key", "authorization", "secret-key", "Bearer "],
  },
];
