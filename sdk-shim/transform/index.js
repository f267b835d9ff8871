// Compiler transform: a module exports the callbacks whose hooks a filter overrides, and no others.
// Envoy enters a module only through what it exports, and each entry costs more than a small filter does.

import { Node } from "assemblyscript";
import { Transform } from "assemblyscript/transform";
import { checkHooks } from "./hook-checks.js";
import { BEGIN, END, HOOKS } from "./hooks.js";
import { checkImports } from "./import-checks.js";
import { keepFunctions } from "./inlining.js";
import { checkAnyPlugin, checkRegistrations, checkUnused, registrations } from "./registration-checks.js";
import { HEAP, replaceHeap } from "./heap.js";
import { isPureFunctionOfPlugin, keepsNothing, makesNewFilters } from "./sharing.js";
import { connectStandardLibrary } from "./standard-library.js";

const SDK = "~lib/proxy-wasm-as-sdk/";

/**
 * Content of a name section that calls function 0, which is an import, "". Envoy prints where a module trapped only if
 * there is a name for any function; these 12 bytes are the least that makes it do so.
 */
const ONE_NAME = Uint8Array.of(1, 3, 1, 0, 0);

/** The SDK class that `prototype` derives from, by name; undefined for any other class. */
function sdkBase(prototype) {
  for (let base = prototype.basePrototype; base; base = base.basePrototype) {
    if (base.internalName.startsWith(SDK) && HOOKS[base.name]) return base.name;
  }
  return undefined;
}

/** The filter's classes with hooks, by the SDK class that they derive from. */
function classesWithHooks(program) {
  const found = Object.fromEntries(Object.keys(HOOKS).map((base) => [base, []]));
  for (const element of new Set(program.elementsByName.values())) {
    const base = "basePrototype" in element ? sdkBase(element) : undefined;
    if (base && !element.internalName.startsWith(SDK)) found[base].push(element);
  }
  return found;
}

/** Names of the exports that the hooks in `classes` need. */
function neededExports(classes) {
  const needed = new Set();
  for (const [base, prototypes] of Object.entries(classes)) {
    for (const prototype of prototypes)
      for (const { name } of prototype.instanceMembers?.values() ?? [])
        for (const hook of [HOOKS[base][name] ?? []].flat()) needed.add(hook);
  }
  return needed;
}

/** The number of streams that one filter object can serve, as `Sharing` in the SDK calls it. */
function sharing({ HttpFilter, Plugin }, hasLastHook) {
  const isOfOneKind = HttpFilter.length === 1 && Plugin.length === 1;
  if (!isOfOneKind || sdkBaseIsIndirect(HttpFilter[0])) return "Stream";
  const isEmpty = keepsNothing(HttpFilter[0]) && keepsNothing(Plugin[0]);
  // At the end of a context the two kinds must be told apart, so they must have been announced.
  if (isEmpty && !hasLastHook && !sdkBaseIsIndirect(Plugin[0])) return "Module";
  return isPureFunctionOfPlugin(HttpFilter[0], Plugin[0]) ? "Plugin" : "Stream";
}

/** Whether there is a class between `prototype` and the SDK's. */
function sdkBaseIsIndirect({ basePrototype }) {
  return !basePrototype.internalName.startsWith(SDK);
}

/** Sets a constant of the SDK; code for its other values is not compiled. */
function setConstant(program, name, value) {
  const { declaration } = program.elementsByName.get(`${SDK}assembly/${name}`);
  const { initializer } = declaration;
  if (typeof value === "string") initializer.property.text = value;
  else
    declaration.initializer = Node[value ? "createTrueExpression" : "createFalseExpression"](
      initializer.range,
    );
}

/** Takes away the exports of hooks that are not in `needed`. */
function dropExports(program, needed) {
  const hooks = Object.values(HOOKS).flatMap((group) => Object.values(group).flat());
  for (const file of ["exports", "network-exports"]) {
    const exported = program.filesByName.get(`${SDK}assembly/${file}`)?.exports;
    if (!exported) throw new Error("the entry of the build is not that of proxy-wasm-as-sdk");
    for (const name of [BEGIN, END, ...hooks]) if (!needed.has(name)) exported.delete(name);
  }
}

export default class ProxyWasmExports extends Transform {
  async afterParse(parser) {
    replaceHeap(parser, await this.readFile(HEAP, this.baseDir));
    connectStandardLibrary(parser, this.program);
    if (this.program.options.optimizeLevelHint === 0) keepFunctions(parser);
  }

  /** Decides what is exported before anything is compiled, so that the code of other hooks never is. */
  afterInitialize(program) {
    for (const check of [checkHooks, checkRegistrations, checkUnused]) check(program);
    const classes = classesWithHooks(program);
    const needed = neededExports(classes);
    const { HttpFilter: _filters, Plugin: _plugins, ...others } = classes;
    const { NetworkFilter, ...calls } = others;
    const hasConnections = NetworkFilter.length > 0;
    const makesCalls = Object.values(calls).some((prototypes) => prototypes.length > 0);
    // A plugin outlives its end while it waits for the host.
    if (classes.DnsLookup.length > 0) needed.add(HOOKS.Plugin.onDone);
    // What has no filter must be refused: anything in a chain of the other kind, a filter of another stream.
    needed.add(HOOKS.NetworkFilter.onNewConnection);
    const mayReuseFilters = classes.Plugin.some((plugin) => !makesNewFilters(plugin));
    if (hasConnections || mayReuseFilters) needed.add(HOOKS.HttpFilter.onRequestHeaders);
    const isOnlyPlugin = registrations(program).length === 1;
    // Which of several plugins is meant, none perhaps, shows when they are configured.
    if (!isOnlyPlugin) needed.add(HOOKS.Plugin.configure);
    const hasLastHook = needed.has(HOOKS.Plugin.onDone) || needed.has(HOOKS.Plugin.onLog);
    const isAlone = isOnlyPlugin && !makesCalls && !hasConnections;
    const shares = isAlone ? sharing(classes, hasLastHook) : "Stream";
    if (shares !== "Module") needed.add(BEGIN);
    if (shares === "Stream") needed.add(END);
    setConstant(program, "connections/HAS_CONNECTIONS", hasConnections);
    setConstant(program, "sharing/SHARING", shares);
    setConstant(program, "sharing/MAY_REUSE_FILTERS", mayReuseFilters);
    setConstant(program, "sharing/MAKES_CALLS", makesCalls);
    setConstant(program, "sharing/HAS_SEVERAL_PLUGINS", !isOnlyPlugin);

    dropExports(program, needed);
  }

  afterCompile(module) {
    for (const check of [checkImports, checkAnyPlugin]) check(this.program);
    if (!this.program.options.debugInfo) module.addCustomSection("name", ONE_NAME);
  }
}
