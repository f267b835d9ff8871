// Methods that were meant to be hooks and are none: the compiler would take them for anybody's methods, or report them
// late and twice.

import { CommonFlags, ElementKind } from "assemblyscript";
import { nearestHook } from "./near-names.js";
import { reportError } from "./report.js";
import { signatureProblem } from "./signatures.js";
import { usedMembers } from "./syntax.js";

const SDK = "~lib/proxy-wasm-as-sdk/";
/** Hooks that are not called "on...". */
const OTHER_HOOKS = ["configure", "createFilter"];
/** Whose answers come to another class. */
const CALL_ANSWERS = /^on_?http_?call_?(response|done)$/i;

const isOfSdk = (element) => element.internalName.startsWith(SDK);
const isHook = (name) => /^on[A-Z]/.test(name) || OTHER_HOOKS.includes(name);

/** Class prototypes of the program, those of the SDK and those that derive from them. */
export function classesOf(program) {
  const elements = [...new Set(program.elementsByName.values())];
  return elements.filter((element) => element.kind === ElementKind.ClassPrototype);
}

/** The classes of the SDK that `prototype` derives from, the nearest first. */
export function sdkBases(prototype) {
  const bases = [];
  for (let base = prototype.basePrototype; base && !bases.includes(base); base = base.basePrototype)
    if (isOfSdk(base)) bases.push(base);
  return bases;
}

/** Hook -> the method of the SDK, of the classes `bases`. */
function hooksOf(bases) {
  const methods = bases.flatMap((base) => [...(base.instanceMembers?.values() ?? [])]);
  return new Map(methods.filter(({ name }) => isHook(name)).map((method) => [method.name, method]));
}

/** Reports what looks like a hook and is none, and hooks that are not declared as they must be. */
export function checkHooks(program) {
  const classes = classesOf(program);
  const everywhere = classes.filter(isOfSdk).map((sdkClass) => [sdkClass.name, hooksOf([sdkClass])]);
  const used = usedMembers(program);
  for (const prototype of classes) {
    const bases = isOfSdk(prototype) ? [] : sdkBases(prototype);
    const hooks = hooksOf(bases);
    if (hooks.size === 0) continue;
    const context = { program, prototype, hooks, everywhere, used, base: hookClass(bases) };
    for (const member of membersOf(prototype)) checkMember(context, member);
  }
}

/** The class whose hooks they are: the nearest one that has any. */
function hookClass(bases) {
  return bases.find((base) => hooksOf([base]).size > 0).name;
}

function membersOf({ instanceMembers, members }) {
  return [...(instanceMembers?.values() ?? []), ...(members?.values() ?? [])];
}

function checkMember(context, member) {
  const { hooks, used } = context;
  const hook = hooks.get(member.name);
  const problem = hook
    ? hookProblem(hook, member)
    : used.has(member.name)
      ? undefined
      : strayProblem(context, member);
  if (!problem) return;
  const range = member.identifierNode.range;
  dropReports(context.program, range);
  if (hook) forget(context.prototype, member, hook);
  reportError(context.program, range, problem);
}

/** What is wrong with `member`, which is called like `hook`. */
function hookProblem(hook, member) {
  const { declaration } = hook;
  const { start } = declaration.name.range;
  const text = declaration.range.source.text.slice(start, declaration.signature.returnType.range.end);
  const shape = `the hook ${hook.name} is declared as "${text}"`;
  if (member.is(CommonFlags.Static)) return `${shape}, not static: the host would never call it`;
  if (member.kind !== ElementKind.FunctionPrototype) return `${shape}: it is a method, not a property`;
  if (member.isAny(CommonFlags.Private | CommonFlags.Protected))
    return `${shape}: it is public, since the SDK calls it`;
  const difference = signatureProblem(hook, member);
  return difference && `${shape}: ${difference}`;
}

/** What a member may have been meant to be that is no hook and that nothing uses. */
function strayProblem({ base, hooks, everywhere }, member) {
  const { name } = member;
  if (member.is(CommonFlags.Constructor) || member.kind !== ElementKind.FunctionPrototype) return undefined;
  if (CALL_ANSWERS.test(name))
    if (!hooks.has("onResponse"))
      return `${name} is no hook of ${base}: the answer to a call comes to onResponse of an HttpCall`;
  const owners = everywhere.filter(([, theirs]) => theirs.has(name)).map(([owner]) => owner);
  if (owners.length > 0) return `${name} is a hook of ${owners.join(" and ")}, not of ${base}`;
  const nearest = nearestHook(name, [...hooks.keys()]);
  return nearest && `${name} is no hook of ${base}, and nothing calls it; did you mean ${nearest}?`;
}

/** Takes back what the compiler has reported of the same place. */
function dropReports(program, range) {
  const others = program.diagnostics.filter(
    (message) => message.range?.source !== range.source || message.range.start !== range.start,
  );
  program.diagnostics.splice(0, Infinity, ...others);
}

/** Lets the compiler go on without a hook that it would report again, in its own words. */
function forget(prototype, member, hook) {
  if (prototype.instanceMembers?.get(member.name) !== member) return;
  prototype.instanceMembers.delete(member.name);
  hook.unboundOverrides?.delete(member);
}
