// Imports that Envoy does not have: it would refuse the module at load, with the bare name and no place.

import { HOST_FUNCTIONS } from "./host-functions.js";
import { reportError } from "./report.js";
import { dottedName, isOwnSource, ownNodes } from "./syntax.js";

/** Why there is no such thing in a filter. */
const REASONS = {
  "env.process.exit":
    "a filter cannot end the proxy it runs in: refuse the configuration or reply to the request",
  "env.process.argv": "a filter has no command line: read the plugin's configuration",
};

/** Where the standard library makes `process.env`, which holds nothing. */
const PROCESS_ENV = "~lib/process/lazyEnv";

/** Reports each import of the compiled program that no host has, where the filter uses it. */
export function checkImports(program) {
  for (const [moduleName, imports] of program.moduleImports) {
    for (const [name, element] of imports) {
      const full = `${moduleName}.${name}`;
      if (HOST_FUNCTIONS[moduleName]?.includes(name)) continue;
      const reason = REASONS[full] ?? `Envoy has no ${full} to import, and would refuse the module`;
      reportError(program, placeOf(program, name, element.declaration.range), reason);
    }
  }
  const environment = program.elementsByName.get(PROCESS_ENV);
  if (environment?.instances?.size > 0) {
    const place = placeOf(program, "process.env", environment.declaration.range);
    reportError(
      program,
      place,
      "process.env is always empty in a filter: environmentVariable(name) of the SDK asks Envoy",
    );
  }
}

/** Where the filter says `name`; else where it is declared, if that is in the filter; else where the library does. */
function placeOf(program, name, declared) {
  if (isOwnSource(declared.source)) return declared;
  for (const node of ownNodes(program)) if (dottedName(node) === name) return node.range;
  return declared;
}
