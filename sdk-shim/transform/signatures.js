// How a method differs from the hook it overrides.

import { ElementKind, NodeKind, ReportMode } from "assemblyscript";

/** What is wrong with the signature of `method` as one of `hook`, in words; undefined when nothing is. */
export function signatureProblem(hook, method) {
  const wanted = hook.declaration.signature;
  const given = method.declaration.signature;
  if (method.declaration.typeParameters?.length > 0) return "a hook has no type parameters";
  if (given.parameters.length !== wanted.parameters.length)
    return `it takes ${countText(wanted.parameters.length)}, not ${given.parameters.length}`;
  for (const [index, parameter] of given.parameters.entries()) {
    const { name, type } = wanted.parameters[index];
    if (parameter.parameterKind !== wanted.parameters[index].parameterKind)
      return `its parameter ${name.text} is neither optional nor a rest`;
    if (differ(hook, type, method, parameter.type))
      return `its parameter ${name.text} is of type ${sourceText(type)}, not ${sourceText(parameter.type)}`;
  }
  if (differ(hook, wanted.returnType, method, given.returnType, true))
    return `it returns ${sourceText(wanted.returnType)}, not ${sourceText(given.returnType)}`;
  return undefined;
}

function countText(count) {
  return count === 0 ? "no parameters" : count === 1 ? "1 parameter" : `${count} parameters`;
}

function sourceText({ range }) {
  return range.source.text.slice(range.start, range.end);
}

/**
 * Whether the two types differ, in their contexts. A result may also be of a derived class. What cannot be told yet,
 * such as a type parameter, is left to the compiler.
 */
function differ(hook, wantedNode, method, givenNode, isResult = false) {
  const wanted = resolve(hook, wantedNode);
  const given = resolve(method, givenNode);
  if (!wanted.type || !given.type) return false;
  // An enum is an integer to the compiler: another integer would pass, and mean something else.
  if (wanted.element?.kind === ElementKind.Enum && given.element?.kind !== ElementKind.TypeDefinition)
    return wanted.element !== given.element;
  if (isResult && given.type.isAssignableTo(wanted.type)) return false;
  return !given.type.equals(wanted.type);
}

function resolve({ program, parent }, node) {
  const { resolver } = program;
  const element =
    node.kind === NodeKind.NamedType
      ? resolver.resolveTypeName(node.name, null, parent, ReportMode.Swallow)
      : null;
  const type = resolver.resolveType(node, null, parent, null, ReportMode.Swallow);
  return { element, type };
}
