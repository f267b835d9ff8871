import type { HttpRequest, HttpResponse } from "../../harness/src/model/index.ts";
import { mutate } from "../../harness/src/testing/mutations.ts";
import type { Random } from "./mutators.ts";

type Seed = Pick<HttpRequest, "headers" | "method" | "path">;

const REQUESTS: readonly Seed[] = [
  {
    method: "GET",
    path: "/orders?page=2",
    headers: [
      ["x-api-key", "secret"],
      ["cookie", "session=3b1f; canary=v1.checkout-v2.canary.1767226200.AAAA"],
    ],
  },
  {
    method: "POST",
    path: "/admin/../x;y=1//%2e%2e/%c0%af",
    headers: [
      ["authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ4In0.AAAA"],
      ["content-type", "application/grpc"],
    ],
  },
  {
    method: "GET",
    path: "/",
    headers: [
      ["x-canary", "canary"],
      ["x-canary-override", "canary;demo-override"],
      ["x-internal-a", "1"],
      ["x-user-id", "root"],
      ["accept", "*/*"],
    ],
  },
];
const RESPONSES: readonly Seed[] = [
  { method: "", path: "/", headers: [] },
  {
    method: "",
    path: "/",
    headers: [
      ["cache-control", "public, s-maxage=5"],
      ["set-cookie", "a=b; Path=/"],
      ["x-ratelimit-remaining", "3"],
      ["vary", "x"],
    ],
  },
  {
    method: "",
    path: "/",
    headers: [
      ["content-type", "text/plain"],
      ["content-length", "5"],
      ["grpc-status", "0"],
      ["x-served-by", "\xff"],
    ],
  },
];
const WORDS = ["canary", "stable", "v1."];
const NO_BODY = new Uint8Array();
const STATUSES = [200, 200, 200, 204, 304, 404, 500, 503, 100, 600];

function list(seeds: readonly Seed[], random: Random): Seed {
  const mutated = mutate({ ...(seeds[random(seeds.length)] as Seed), body: NO_BODY }, random, WORDS);
  if (random(50) > 0) return mutated;
  const many = Array.from({ length: 1100 }, (_, i) => [`x-${i % 900}`, `${i}`] as const);
  return { ...mutated, headers: [...mutated.headers, ...many] };
}

function bytes(random: Random): Uint8Array {
  const size = [0, 0, 5, 100, 70_000][random(5)] ?? 0;
  return Uint8Array.from({ length: size }, (_, i) => (i * 31 + size) & 255);
}

const trailers = (random: Random): Partial<HttpRequest> =>
  random(4) === 0 ? { trailers: list(RESPONSES, random).headers } : {};

/** A request that no well-meaning client sends, with `extra` headers as they are. */
export function hostileRequest(random: Random, extra: HttpRequest["headers"]): HttpRequest {
  const { method, path, headers } = list(REQUESTS, random);
  const all = [...headers, ...extra];
  return { method, path, authority: "example.test", headers: all, body: bytes(random), ...trailers(random) };
}

/** A response that no well-meaning server sends. */
export function hostileResponse(random: Random): HttpResponse {
  const status = STATUSES[random(STATUSES.length)] ?? 200;
  return { status, headers: list(RESPONSES, random).headers, body: bytes(random), ...trailers(random) };
}
