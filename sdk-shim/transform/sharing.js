// How many streams one instance of a filter class can serve: what `sdk-shim/assembly/sharing.ts` is told.

import { CommonFlags, NodeKind } from "assemblyscript";
import { nodesIn } from "./syntax.js";

/** Whether one instance for each plugin behaves as one for each stream: the filter adds nothing to its plugin. */
export function isPureFunctionOfPlugin(filter, plugin) {
  return hasOnlyParameters(filter) && !letsThisOut(filter) && makesAlwaysTheSame(plugin, filter);
}

/** Whether `createFilter` of `plugin` can be seen to make its result each time it is called. */
export function makesNewFilters(plugin) {
  const body = plugin.instanceMembers?.get("createFilter")?.declaration.body;
  return [...nodesIn(body ? [body] : [])].every((node) => node.kind !== NodeKind.Return || isNew(node.value));
}

function isNew(expression) {
  if (expression?.kind === NodeKind.Ternary) return isNew(expression.ifThen) && isNew(expression.ifElse);
  return expression?.kind === NodeKind.New;
}

/** Whether objects of the class keep nothing, and making one does nothing. */
export function keepsNothing(prototype) {
  return !prototype.constructorPrototype && fieldsOf(prototype).length === 0;
}

function fieldsOf(prototype) {
  return [...(prototype.instanceMembers?.values() ?? [])].filter((member) => member.fieldDeclaration);
}

function isReadonly({ fieldDeclaration }) {
  return (fieldDeclaration.flags & CommonFlags.Readonly) !== 0;
}

/** All fields are `readonly` parameters of the constructor, which does nothing else. */
function hasOnlyParameters(prototype) {
  const areParameters = fieldsOf(prototype).every(
    (field) => isReadonly(field) && field.fieldDeclaration.parameterIndex >= 0,
  );
  const constructor = prototype.constructorPrototype;
  if (!areParameters) return false;
  if (!constructor) return true;
  const [first, ...others] = constructor.declaration.body?.statements ?? [];
  const call = first?.expression;
  const isSuper = call?.kind === NodeKind.Call && call.expression.kind === NodeKind.Super;
  return isSuper && call.args.length === 0 && others.length === 0;
}

/** Whether `this` is used for more than its members: somebody may keep it, and take it for that stream's own. */
function letsThisOut({ declaration }) {
  const nodes = [...nodesIn(declaration.members)];
  const used = new Set(
    nodes.filter(({ kind }) => kind === NodeKind.PropertyAccess).map(({ expression }) => expression),
  );
  return nodes.some((node) => node.kind === NodeKind.This && !used.has(node));
}

/** Whether `createFilter` of `plugin` is `return new <filter>(...)` with nothing in it that can ever change. */
function makesAlwaysTheSame(plugin, filter) {
  const statements = plugin.instanceMembers?.get("createFilter")?.declaration.body?.statements ?? [];
  const made = statements[0]?.value;
  if (statements.length !== 1 || made?.kind !== NodeKind.New) return false;
  return made.typeName.identifier.text === filter.name && made.args.every((arg) => isFixed(arg, plugin));
}

function isFixed(argument, plugin) {
  switch (argument.kind) {
    case NodeKind.This:
    case NodeKind.True:
    case NodeKind.False:
    case NodeKind.Null:
      return true;
    case NodeKind.Literal:
      return argument.isNumericLiteral;
    case NodeKind.PropertyAccess: {
      const field = plugin.instanceMembers.get(argument.property.text);
      return argument.expression.kind === NodeKind.This && !!field?.fieldDeclaration && isReadonly(field);
    }
    default:
      return false;
  }
}
