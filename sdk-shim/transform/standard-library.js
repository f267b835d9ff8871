// AssemblyScript's own console, Date, Math.random, crypto and trace import what only a browser or Node has: a proxy
// would refuse the module. Here they get the host's answers instead. What a filter does not use is not compiled.

import { Node, ParameterKind } from "assemblyscript";

const HERE = "~lib/proxy-wasm-as-sdk/assembly/globals/";
/** Files of the library -> ours, and what of theirs it has. */
const BINDINGS = {
  "~lib/bindings/dom": { ours: `${HERE}dom`, names: ["Date", "console", "crypto", "performance"] },
  "~lib/bindings/node": { ours: `${HERE}node`, names: ["process"] },
};

/** Functions of the compiler -> ours. A choice that the filter makes with the option `--use` is left alone. */
const ALIASES = { seed: `${HERE}random/seed`, trace: `${HERE}trace/trace` };

/**
 * Puts the SDK's files in the place of the imports of the standard library, and gives `new Date()` the meaning it has
 * in JavaScript. To be called when everything is parsed and nothing initialised yet.
 */
export function connectStandardLibrary(parser, program) {
  for (const source of parser.sources) {
    for (const statement of source.statements) redirect(statement);
    if (source.internalPath === "~lib/date") makeNowDefault(source);
  }
  program.options.globalAliases ??= new Map();
  const aliases = program.options.globalAliases;
  for (const [name, ours] of Object.entries(ALIASES)) if (!aliases.has(name)) aliases.set(name, ours);
}

/** Lets an import of the library's bindings be one of ours, if ours have all that it names. */
function redirect(statement) {
  const binding = BINDINGS[statement.internalPath];
  if (binding && statement.declarations?.every((one) => binding.names.includes(one.foreignName.text)))
    statement.internalPath = binding.ours;
}

function makeNowDefault(source) {
  const members = source.statements.flatMap((statement) => statement.members ?? []);
  const [milliseconds] = members.find(({ name }) => name.text === "constructor").signature.parameters;
  if (milliseconds.initializer) return;
  const { range } = milliseconds;
  const name = (text) => Node.createIdentifierExpression(text, range);
  const now = Node.createPropertyAccessExpression(name("Date"), name("now"), range);
  milliseconds.parameterKind = ParameterKind.Optional;
  milliseconds.initializer = Node.createCallExpression(now, null, [], range);
}
