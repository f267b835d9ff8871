// Plugins that the host would never find, and classes that nobody makes.

import { CommonFlags, LiteralKind, NodeKind, Range } from "assemblyscript";
import { classesOf, sdkBases } from "./hook-checks.js";
import { reportError, reportWarning } from "./report.js";
import { isOwnSource, ownNodes } from "./syntax.js";

const REGISTER = "registerPlugin";

/** Reports a module without a plugin, and plugins that share a root_id. To be called before anything is compiled. */
export function checkRegistrations(program) {
  const byRootId = new Map();
  for (const call of registrations(program)) {
    const rootId = literalRootId(call);
    if (rootId === undefined) continue;
    const first = byRootId.get(rootId);
    if (first) {
      const which = rootId === "" ? "without a root_id" : `for root_id "${rootId}"`;
      reportError(
        program,
        call.range,
        `a plugin is registered ${which} already: this one is never made`,
        first.range,
      );
    } else byRootId.set(rootId, call);
  }
}

/** The calls of `registerPlugin` in the filter's own sources. */
export function registrations(program) {
  return [...ownNodes(program)].filter(
    (node) => node.kind === NodeKind.Call && calledName(node) === REGISTER,
  );
}

function calledName({ expression }) {
  return expression.kind === NodeKind.PropertyAccess ? expression.property.text : expression.text;
}

function literalRootId({ args }) {
  if (args.length < 2) return "";
  return args[1].literalKind === LiteralKind.String ? args[1].value : undefined;
}

/** Reports a module that registers no plugin. To be called when all is compiled: what nothing calls is not. */
export function checkAnyPlugin(program) {
  const registers = [...program.elementsByName.values()].filter(
    ({ name, internalName }) => name === REGISTER && internalName.startsWith("~lib/proxy-wasm-as-sdk/"),
  );
  if (registers.some(({ instances }) => instances?.size > 0)) return;
  const entry = program.sources.find((source) => isOwnSource(source));
  reportError(
    program,
    entry && beginningOf(entry),
    "no plugin is registered: call registerPlugin(() => new MyPlugin()) at the top level of this file",
  );
}

function beginningOf(source) {
  const range = new Range(0, 1);
  range.source = source;
  return range;
}

/** Warns of filters, plugins and calls that nothing in the module mentions. */
export function checkUnused(program) {
  const mentions = new Map();
  for (const node of ownNodes(program))
    if (node.kind === NodeKind.Identifier) mentions.set(node.text, (mentions.get(node.text) ?? 0) + 1);
  for (const prototype of classesOf(program)) {
    const [base] = sdkBases(prototype);
    if (!base || prototype.is(CommonFlags.Abstract) || !isOwnSource(prototype.declaration.range.source))
      continue;
    // Its own declaration is one.
    if (mentions.get(prototype.name) > 1) continue;
    const name = prototype.identifierNode;
    reportWarning(program, name.range, `${prototype.name} is never made: no hook of it runs`);
  }
}
