import type { Step } from "../sdk/script.ts";
import type { Random } from "./mutators.ts";

const MAPS = ["requestHeaders", "requestTrailers", "responseHeaders", "responseTrailers", "call", "nothing"];
const BODIES = ["requestBody", "responseBody", "nothing"];
const NAMES = [
  ...[
    "x-a",
    "X-A",
    ":path",
    ":status",
    ":method",
    "host",
    "content-length",
    "te",
    "",
    " ",
    "a b",
    "x\r\ny",
    "é",
  ],
  ...["transfer-encoding", "set-cookie", "x-script", ":authority", "connection", "\0", "a".repeat(3000)],
];
const VALUES = [
  "",
  "v",
  "200",
  "/x",
  "\r\n\r\nGET / HTTP/1.1",
  "\0",
  "\u{1f600}",
  "-1",
  "chunked",
  "b".repeat(70_000),
];
const NUMBERS = [
  0,
  1,
  2,
  7,
  100,
  200,
  204,
  304,
  999,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  -1,
  -(2 ** 31),
  1e300,
  0.5,
];
const PERIODS = [0, 1000, 60_000];
const CLUSTERS = ["stable", "canary", "nowhere", ""];
const FUNCTIONS = [
  "compress",
  "uncompress",
  "verify_signature",
  "clear_route_cache",
  "set_envoy_filter_state",
  "",
];
const FIELDS = [":method", ":path", ":authority", "x-a", "", "bad name"];

/** The steps of the scripted filter (`test/sdk/assembly/script`), with one letter for each argument. */
const STEPS: Readonly<Record<string, string>> = {
  ...{
    get: "mn",
    getAll: "mn",
    pairs: "m",
    byteSize: "m",
    set: "mnv",
    add: "mnv",
    remove: "mn",
    replaceAll: "mf",
  },
  ...{ chunk: "", read: "b##", length: "b", replace: "bv", prepend: "bv", append: "bv" },
  ...{ pause: "", pauseUntilEnd: "", resumeRequest: "", resumeResponse: "", reset: "", reply: "#o" },
  ...{ call: "cfv#s", answer: "", answerBody: "", setFromAnswer: "n", answerTrailer: "n", atEnd: "s" },
  ...{ counter: "n#", gauge: "n#", recordGauge: "n#", histogram: "n#", getShared: "n", setShared: "nv" },
  ...{
    addShared: "n#",
    swapShared: "nv#",
    registerQueue: "n",
    isReady: "n",
    resolveQueue: "vn",
    enqueue: "vnv",
  },
  ...{ dequeue: "vn", isLogged: "#", logLevel: "", monotonic: "", environment: "n", vmConfiguration: "" },
  ...{ callStatus: "", time: "", random: "#", foreign: "zv", zip: "v", clearRouteCache: "", logLine: "#v" },
  ...{ property: "n", setProperty: "nv", tickPeriod: "t", finish: "", refuse: "", unknown: "nv#" },
};
const STEP_NAMES = Object.keys(STEPS);

function pick<T>(list: readonly T[], random: Random): T {
  return list[random(list.length)] as T;
}

function fields(random: Random): [string, string][] {
  const whole: [string, string][] = [
    [":method", "POST"],
    [":path", "/"],
    [":authority", "x"],
  ];
  const odd = (): [string, string] => [pick(FIELDS, random), pick(VALUES, random)];
  return random(3) === 0
    ? Array.from({ length: random(6) }, odd)
    : [...whole, ...(random(3) === 0 ? [odd()] : [])];
}

function argument(kind: string, random: Random, depth: number): string | number | object {
  if (kind === "m") return pick(MAPS, random);
  if (kind === "b") return pick(BODIES, random);
  if (kind === "n") return pick(NAMES, random);
  if (kind === "v") return pick(VALUES, random);
  if (kind === "c") return pick(CLUSTERS, random);
  if (kind === "z") return pick(FUNCTIONS, random);
  if (kind === "t") return pick(PERIODS, random);
  if (kind === "f") return fields(random);
  if (kind === "s") return depth > 3 ? [] : steps(random, depth + 1);
  if (kind === "#") return pick(NUMBERS, random);
  const headers = fields(random);
  return {
    headers,
    body: pick(VALUES, random),
    details: pick(VALUES, random),
    grpcStatus: pick(NUMBERS, random),
  };
}

/** A few random steps, some of them with arguments that are missing or of the wrong kind. */
export function steps(random: Random, depth = 0): Step[] {
  return Array.from({ length: random(5) }, () => {
    const name = pick(STEP_NAMES, random);
    const kinds = random(12) === 0 ? "mn#" : (STEPS[name] ?? "");
    return [name, ...[...kinds].map((kind) => argument(kind, random, depth))] as Step;
  });
}

const HOOKS = ["requestHeaders", "requestBody", "requestTrailers", "responseHeaders", "responseBody"];

/** Steps for the hooks of a stream. */
export function streamScript(random: Random): Record<string, Step[]> {
  const hooks = [...HOOKS, "responseTrailers", "log", "done"];
  return Object.fromEntries(hooks.filter(() => random(2) === 0).map((hook) => [hook, steps(random)]));
}

/** Steps for the hooks of a plugin. */
export function pluginScript(random: Random): Record<string, Step[]> {
  const hooks = ["configure", "tick", "done", "queueReady"];
  return Object.fromEntries(hooks.filter(() => random(2) === 0).map((hook) => [hook, steps(random)]));
}
