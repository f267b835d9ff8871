// Style is prettier's business; this finds defects and keeps the borders between the rooms.

import tseslint from "typescript-eslint";

/**
 * Forbids imports whose specifier matches one of `borders` (pattern -> why), and `paths` as ESLint has them. A file
 * must be in one border only: of several settings of a rule ESLint heeds the last one.
 */
function border(files, borders, { paths = [], ignores = [], rules = {} } = {}) {
  const patterns = Object.entries(borders).map(([regex, message]) => ({ regex, message }));
  return { files, ignores, rules: { ...rules, "no-restricted-imports": ["error", { paths, patterns }] } };
}

/** Names of the SDK that ask or tell the host something: not for pure files. */
const hostCalls = [
  "Body",
  "CallResponse",
  "Context",
  "Counter",
  "DnsAnswer",
  "DnsLookup",
  "Expression",
  "Gauge",
  "GrpcCall",
  "GrpcResponse",
  "GrpcStream",
  "Headers",
  "Histogram",
  "HttpCall",
  "HttpFilter",
  "NetworkFilter",
  "Plugin",
  "Reply",
  "SharedQueue",
  "StatKind",
  "StatsUpdate",
  "callForeignFunction",
  "callStatus",
  "clearRouteCache",
  "compress",
  "currentTimeNanoseconds",
  "declareProperty",
  "environmentVariable",
  "getBooleanProperty",
  "getDurationProperty",
  "getFilterState",
  "getFilterStateObject",
  "getFloatProperty",
  "getIntegerProperty",
  "getListProperty",
  "getMapProperty",
  "getProperty",
  "getSharedData",
  "getTimeProperty",
  "getUnsignedProperty",
  "isLogged",
  "log",
  "logLevel",
  "monotonicTimeNanoseconds",
  "randomBytes",
  "registerPlugin",
  "setEnvoyFilterState",
  "setFilterState",
  "setProperty",
  "setSharedData",
  "sign",
  "sourceAddress",
  "uncompress",
  "verifySignature",
  "vmConfiguration",
];

/** Files of each filter that talk to the host, besides filter.ts; all others are pure. */
const hostFiles = {
  canary: ["counters"],
  "header-rewrite": ["variables"],
  "rate-limit": ["counters", "key", "response", "store", "stores"],
};
const inFilter = (filter, names) => names.map((name) => `filters/${filter}/assembly/${name}.ts`);
const hostPaths = Object.entries(hostFiles).flatMap(([filter, names]) => inFilter(filter, names));
const deciding = ["policy", "config"];
const decidingPaths = Object.keys(hostFiles).flatMap((filter) => inFilter(filter, deciding));

const anyFilterFile = {
  "^\\.\\./": "A filter imports the SDK's public names and its own files.",
  "^(?!\\.|proxy-wasm-as-sdk$)": "A filter imports the SDK's public names and its own files.",
};
const pureFilterFile = { ...anyFilterFile, "^\\./filter$": "Nothing imports filter.ts." };
const noHostCalls = [
  {
    name: "proxy-wasm-as-sdk",
    importNames: hostCalls,
    message: "Host calls belong into filter.ts and the files that eslint.config.js names.",
  },
];

const hostGlobals = {
  "no-restricted-globals": [
    "error",
    ...["Date", "console", "crypto", "process", "trace"].map((name) => ({
      name,
      message: "Host calls belong into filter.ts and the files that eslint.config.js names.",
    })),
  ],
  "no-restricted-properties": [
    "error",
    {
      object: "Math",
      property: "random",
      message: "Host calls belong into filter.ts and the files that eslint.config.js names.",
    },
  ],
};

const assemblyScript = [
  "sdk-shim/**/*.ts",
  "filters/**/*.ts",
  "test/**/assembly/**/*.ts",
  "bench/variants/*/*.ts",
];

/** Rooms of the harness, and the other rooms that each may import. */
const rooms = {
  model: [],
  abi: [],
  bytecode: [],
  trace: ["abi", "model"],
  symbols: ["bytecode"],
  coverage: ["bytecode", "symbols"],
  emulator: ["abi", "bytecode", "model", "symbols"],
  capture: ["model"],
  ship: ["model"],
  process: [],
  http: ["model"],
  tcp: ["model"],
  wasm: ["bytecode", "process", "symbols"],
  envoy: ["model", "process", "ship", "symbols"],
  testing: ["abi", "coverage", "emulator", "envoy", "http", "model", "tcp", "trace", "wasm"],
  images: ["envoy", "process", "ship", "wasm"],
  demo: ["envoy", "http", "model", "ship", "wasm"],
  cli: [
    "bytecode",
    "capture",
    "coverage",
    "demo",
    "envoy",
    "images",
    "model",
    "process",
    "ship",
    "symbols",
    "wasm",
  ],
};

/** The border around a room of the harness, with what else it may not import (pattern -> why). */
function roomBorder(room, borders = {}, rules = {}) {
  const others = Object.keys(rooms).filter((other) => other !== room && !rooms[room].includes(other));
  return border(
    [`harness/src/${room}/**/*.ts`],
    {
      [`^(\\.\\./)+(src/)?(${others.join("|")})/`]: `The room ${room} imports ${rooms[room].join(", ") || "no other room"}.`,
      "^(\\.\\./)+(bench|filters|scripts|sdk-shim|test)/": "The harness imports nothing from outside of it.",
      ...borders,
    },
    {
      rules: {
        "no-restricted-syntax": [
          "error",
          {
            selector: "ImportExpression:not([source.value=/^\\.\\/\\w/])",
            message: "Only files of the same room may be imported late.",
          },
          ...(rules["no-restricted-syntax"] ?? []),
        ],
        ...rules.others,
      },
    },
  );
}

const noRealTime = "The emulator has no sockets, processes or real time: its clock is clock.ts.";

export default tseslint.config(
  { ignores: ["**/node_modules/", "build/", "**/build/"] },
  {
    files: [
      "harness/**/*.{ts,js}",
      "bench/**/*.ts",
      "test/**/*.ts",
      "scripts/**/*.mjs",
      "sdk-shim/transform/*.js",
      "*.config.{js,ts}",
    ],
    ignores: assemblyScript,
    extends: [tseslint.configs.recommended],
    rules: {
      eqeqeq: "error",
      "no-console": "off",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    // AssemblyScript: TypeScript's syntax with decorators anywhere and other types, so no rule that knows types.
    files: assemblyScript,
    languageOptions: { parser: tseslint.parser, parserOptions: { allowInvalidAST: true } },
    plugins: { "@typescript-eslint": tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-dupe-class-members": "error",
      "no-unreachable": "error",
      "no-throw-literal": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "ThrowStatement",
          message: "A throw is a trap, and a trap ends the VM: return a result.",
        },
        { selector: "TryStatement", message: "AssemblyScript has no exceptions." },
      ],
    },
  },
  border(["sdk-shim/assembly/abi/**/*.ts"], {
    "^\\.\\./(?!(bytes|ranges)$)": "abi/ knows Bytes, ranges of memory, and nothing else of the SDK.",
    "^proxy-wasm-as-sdk": "abi/ knows Bytes, ranges of memory, and nothing else of the SDK.",
  }),
  border(["sdk-shim/assembly/{json,crypto,hash,protobuf}/**/*.ts"], {
    "^\\.\\./(?!(bytes|bytes-builder|ranges|text|utf8)$|(json|crypto|hash|protobuf)/)":
      "The pure parts import each other, bytes, bytes-builder, ranges, text and utf8.",
    "^[^.]": "The pure parts import each other, bytes, bytes-builder, ranges, text and utf8.",
  }),
  border(["sdk-shim/assembly/config/**/*.ts"], {
    "^\\.\\./(?!(bytes|bytes-builder|utf8)$|(json|crypto|hash|protobuf)/)":
      "config/ imports json, crypto, hash, protobuf, bytes, bytes-builder and utf8.",
    "^[^.]": "config/ imports json, crypto, hash, protobuf, bytes, bytes-builder and utf8.",
  }),
  border(["sdk-shim/assembly/{bytes,bytes-builder,bytes-map,decimal,ranges,static-arrays,utf8}.ts"], {
    "^\\./(?!(bytes|bytes-builder|decimal|ranges|static-arrays|utf8)$|hash/)":
      "Bytes are below all else: they import each other and hash.",
    "^(?!\\./)": "Bytes are below all else: they import each other and hash.",
  }),
  border(["sdk-shim/assembly/globals/**/*.ts"], {
    "^\\.\\./(?!abi/|(time|utf8)$)":
      "globals/ imports abi, time and utf8: the compiler puts it under everything.",
    "^proxy-wasm-as-sdk": "globals/ imports abi, time and utf8: the compiler puts it under everything.",
  }),
  border(
    ["sdk-shim/assembly/*.ts"],
    {
      "^\\.\\./": "The SDK's files import each other, not the index of its public names.",
      "^proxy-wasm-as-sdk": "The SDK's files import each other, not the index of its public names.",
    },
    { ignores: ["sdk-shim/assembly/{bytes,bytes-builder,bytes-map,decimal,ranges,static-arrays,utf8}.ts"] },
  ),
  border(["sdk-shim/runtime/*.ts"], { ".": "The heap is below everything: it imports nothing." }),
  border(["sdk-shim/transform/*.js"], {
    "^(?!\\./|assemblyscript)": "The transform imports the compiler.",
  }),
  border([...inFilter("*", ["filter"]), ...hostPaths], anyFilterFile),
  border(["filters/*/assembly/**/*.ts"], pureFilterFile, {
    paths: noHostCalls,
    rules: hostGlobals,
    ignores: [...inFilter("*", ["filter"]), ...hostPaths, ...decidingPaths],
  }),
  ...Object.entries(hostFiles).map(([filter, names]) =>
    border(
      inFilter(filter, deciding),
      {
        ...pureFilterFile,
        [`^\\./(${names.join("|")})$`]: "policy.ts and config.ts know nothing of the host.",
      },
      { paths: noHostCalls, rules: hostGlobals },
    ),
  ),
  roomBorder("model", { "^[^.]": "This room imports nothing." }),
  roomBorder("abi", { "^[^.]": "This room imports nothing." }),
  roomBorder("bytecode", { "^[^.]": "This room imports nothing." }),
  roomBorder(
    "emulator",
    {
      "^(node:)?(net|http|https|http2|child_process|dgram|tls|timers|perf_hooks|worker_threads)(/|$)":
        noRealTime,
    },
    {
      "no-restricted-syntax": [
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: noRealTime },
      ],
      others: {
        "no-restricted-globals": [
          "error",
          {
            globals: ["fetch", "performance", "setInterval", "setTimeout"].map((name) => ({
              name,
              message: noRealTime,
            })),
            checkGlobalObject: true,
          },
        ],
        "no-restricted-properties": [
          "error",
          { object: "Date", property: "now", message: noRealTime },
          { object: "process", property: "hrtime", message: noRealTime },
        ],
      },
    },
  ),
  ...Object.keys(rooms)
    .filter((room) => !["abi", "bytecode", "emulator", "model"].includes(room))
    .map((room) => roomBorder(room)),
);
