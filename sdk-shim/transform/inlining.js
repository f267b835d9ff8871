// Where coverage is measured, every function stays one: a line of an inlined function would be in its callers.

import { DecoratorKind, NodeKind } from "assemblyscript";

/** Takes `@inline` off the functions and methods of all sources but the standard library's. To be called before anything is initialised. */
export function keepFunctions(parser) {
  for (const { internalPath, statements } of parser.sources)
    if (!internalPath.startsWith("~lib/") || internalPath.startsWith("~lib/proxy-wasm-as-sdk/"))
      statements.forEach(keepFunction);
}

function keepFunction(node) {
  if (node.kind === NodeKind.FunctionDeclaration || node.kind === NodeKind.MethodDeclaration)
    node.decorators = node.decorators?.filter(({ decoratorKind }) => decoratorKind !== DecoratorKind.Inline);
  else if (node.kind === NodeKind.ClassDeclaration || node.kind === NodeKind.NamespaceDeclaration)
    node.members.forEach(keepFunction);
}
