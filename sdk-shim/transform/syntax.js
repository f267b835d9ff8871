// What the text of a filter mentions, found in its syntax trees.

import { NodeKind } from "assemblyscript";

/** Whether `source` is the filter's own: not of the language, the SDK or another package. */
export function isOwnSource({ internalPath, statements }) {
  const isSdkEntry =
    statements.length === 1 && statements[0].internalPath?.startsWith("~lib/proxy-wasm-as-sdk/");
  return !internalPath.startsWith("~lib/") && !isSdkEntry;
}

/** All nodes of the filter's own sources, outer ones first. */
export function ownNodes(program) {
  return nodesIn(program.sources.filter(isOwnSource));
}

/** All nodes of the trees below `roots`, outer ones first, those included. */
export function* nodesIn(roots) {
  const seen = new Set();
  const pending = [...roots].reverse();
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    yield node;
    const children = Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]));
    for (const child of children.reverse()) if (isNode(child)) pending.push(child);
  }
}

function isNode(value) {
  return typeof value?.kind === "number" && value.range?.source !== undefined;
}

/** The dotted name that `node` is ("process.exit"); undefined for any other expression. */
export function dottedName(node) {
  if (node.kind === NodeKind.Identifier) return node.text;
  if (node.kind !== NodeKind.PropertyAccess) return undefined;
  const before = dottedName(node.expression);
  return before === undefined ? undefined : `${before}.${node.property.text}`;
}

/** Names of the members that are called or read somewhere, other than by `super`. */
export function usedMembers(program) {
  const names = new Set();
  for (const node of ownNodes(program)) {
    if (node.kind === NodeKind.PropertyAccess && node.expression.kind !== NodeKind.Super)
      names.add(node.property.text);
  }
  return names;
}
