// Style is prettier's business; this finds defects and keeps the borders between the rooms.

import tseslint from "typescript-eslint";

/** A rule that forbids imports whose specifier matches one of `borders` (pattern -> why). */
function border(files, borders) {
  const patterns = Object.entries(borders).map(([regex, message]) => ({ regex, message }));
  return { files, rules: { "no-restricted-imports": ["error", { patterns }] } };
}

/** Names of the SDK that ask or tell the host something: not for pure files. */
const hostCalls = [
  ...[
    "Body",
    "CallResponse",
    "Counter",
    "Gauge",
    "Headers",
    "Histogram",
    "HttpCall",
    "HttpFilter",
    "Plugin",
    "Reply",
  ],
  ...[
    "callForeignFunction",
    "clearRouteCache",
    "currentTimeNanoseconds",
    "getIntegerProperty",
    "getProperty",
  ],
  ...["getSharedData", "isLogged", "log", "randomBytes", "registerPlugin", "setProperty", "setSharedData"],
];

const assemblyScript = ["sdk-shim/**/*.ts", "filters/**/*.ts", "test/**/assembly/**/*.ts"];
const room = (name) => `^(\\.\\./)+(src/)?${name}/`;

export default tseslint.config(
  { ignores: ["**/node_modules/", "build/", "**/build/"] },
  {
    files: [
      "harness/**/*.{ts,js}",
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
    "^\\.\\./(?!bytes$)": "abi/ knows Bytes and nothing else of the SDK.",
  }),
  border(["filters/*/assembly/*.ts"], {
    "^\\.\\./": "A filter imports the SDK's public names and its own files.",
    "^proxy-wasm-as-sdk/": "A filter imports the SDK's public names only.",
  }),
  {
    files: ["filters/*/assembly/{policy,config}.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: [
            {
              name: "proxy-wasm-as-sdk",
              importNames: hostCalls,
              message: "policy.ts and config.ts are pure.",
            },
          ],
          patterns: [
            {
              regex: "^(\\.\\./|\\./filter$)",
              message: "policy.ts and config.ts know nothing of the hooks.",
            },
          ],
        },
      ],
    },
  },
  border(["harness/src/abi/**/*.ts", "harness/src/model/**/*.ts"], {
    "^\\.\\./\\w": "This room imports nothing of the others.",
    "^node:": "This room imports nothing.",
  }),
  border(["harness/src/emulator/**/*.ts"], {
    [room("(envoy|ship|testing|cli|demo|http|process)")]: "The emulator imports abi, model and wasm.",
    "^node:(net|http|https|http2|child_process|dgram|tls|timers)":
      "The emulator has no sockets, processes or real time.",
  }),
  border(["harness/src/envoy/**/*.ts"], {
    [room("(emulator|testing|cli|demo)")]: "The Envoy room imports model, process and ship.",
  }),
  border(["harness/src/ship/**/*.ts"], {
    [room("(abi|emulator|envoy|testing|wasm|cli|demo)")]: "Ship imports model.",
  }),
  border(["harness/src/process/**/*.ts", "harness/src/http/**/*.ts"], {
    [room("(abi|emulator|envoy|ship|testing|wasm|cli|demo)")]:
      "This room knows nothing of proxies and filters.",
  }),
  border(["harness/src/testing/**/*.ts", "harness/src/demo/**/*.ts", "harness/src/wasm/**/*.ts"], {
    [room("cli")]: "The command line is the outermost room.",
  }),
);
