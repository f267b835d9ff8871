// Compiler transform: a module exports the callbacks whose hooks a filter overrides, and no others.
// Envoy enters a module only through what it exports, and each entry costs more than a small filter does.

import { Node } from "assemblyscript";
import { Transform } from "assemblyscript/transform";
import { checkHooks } from "./hook-checks.js";
import { HOOKS, TRACKING } from "./hooks.js";
import { checkImports } from "./import-checks.js";
import { checkAnyPlugin, checkRegistrations, checkUnused } from "./registration-checks.js";
import { connectStandardLibrary } from "./standard-library.js";

const SDK = "~lib/proxy-wasm-as-sdk/";
const EXPORT_FLAG = 2; // CommonFlags.Export

/** The SDK class that `prototype` derives from, by name; undefined for any other class. */
function sdkBase(prototype) {
  for (let base = prototype.basePrototype; base; base = base.basePrototype) {
    if (base.internalName.startsWith(SDK) && HOOKS[base.name]) return base.name;
  }
  return undefined;
}

/** A module without network filters pays nothing for what connections need: none of it is compiled. */
function leaveConnectionsOut(program) {
  const { declaration } = program.elementsByName.get(`${SDK}assembly/connections/HAS_CONNECTIONS`);
  declaration.initializer = Node.createFalseExpression(declaration.initializer.range);
}

export default class ProxyWasmExports extends Transform {
  /** The SDK collects when enough has been allocated: let it see the collector's count. */
  afterParse(parser) {
    const collector = parser.sources.find((source) => source.internalPath === "~lib/rt/tcms");
    const count = collector?.statements
      .flatMap((statement) => statement.declarations ?? [])
      .find((declaration) => declaration.name.text === "total");
    if (!count) throw new Error("proxy-wasm-as-sdk needs the compiler option `--runtime minimal`");
    count.flags |= EXPORT_FLAG;
    connectStandardLibrary(parser, this.program);
  }

  afterInitialize(program) {
    for (const check of [checkHooks, checkRegistrations, checkUnused]) check(program);
    this.needed = new Set();
    const classes = Object.fromEntries(Object.keys(HOOKS).map((name) => [name, 0]));
    let keepsState = false;
    for (const element of new Set(program.elementsByName.values())) {
      const base = "basePrototype" in element ? sdkBase(element) : undefined;
      if (!base || element.internalName.startsWith(SDK)) continue;
      const members = [...(element.instanceMembers?.values() ?? [])];
      for (const { name } of members)
        for (const hook of [HOOKS[base][name] ?? []].flat()) this.needed.add(hook);
      classes[base]++;
      keepsState ||= members.some((member) => member.fieldDeclaration);
    }
    // A connection of no known plugin must be refused.
    if (classes.NetworkFilter > 0) this.needed.add(HOOKS.NetworkFilter.onNewConnection);
    else leaveConnectionsOut(program);
    // Several filters, or several plugins that may differ in which they make: a stream must be told its own.
    const calls = classes.HttpCall + classes.GrpcCall + classes.GrpcStream;
    const others = classes.NetworkFilter + calls;
    const isOfOneKind = classes.HttpFilter === 1 && classes.Plugin <= 1 && others === 0;
    if (keepsState || !isOfOneKind) for (const name of TRACKING) this.needed.add(name);
    this.dropExports(program);
  }

  /** Before they are compiled, so that nothing of what only they use is. */
  dropExports(program) {
    const hooks = Object.values(HOOKS).flatMap((group) => Object.values(group).flat());
    for (const file of ["exports", "network-exports"]) {
      const exported = program.filesByName.get(`${SDK}assembly/${file}`)?.exports;
      if (!exported) throw new Error("the entry of the build is not that of proxy-wasm-as-sdk");
      for (const name of [...hooks, ...TRACKING]) if (!this.needed.has(name)) exported.delete(name);
    }
  }

  afterCompile() {
    for (const check of [checkImports, checkAnyPlugin]) check(this.program);
  }
}
