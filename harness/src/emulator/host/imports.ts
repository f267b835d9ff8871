import { ALLOWED_DURING_START, ALLOWED_IN_ALLOCATOR, Status, WasiErrno } from "../../abi/index.ts";
import { GuestTrap, HostCrashError, HostFunctionNotEmulated } from "../errors.ts";
import type { CallResult } from "../../model/calls.ts";
import { Restriction, type Vm } from "../vm/vm.ts";
import type { WasmImports } from "../vm/webassembly.ts";
import { bufferFunctions } from "./buffers.ts";
import { callFunctions } from "./calls.ts";
import { controlFunctions } from "./control.ts";
import { dnsFunctions } from "./dns.ts";
import { foreignFunctions } from "./foreign.ts";
import { grpcFunctions } from "./grpc.ts";
import { headerFunctions } from "./headers.ts";
import { metricFunctions } from "./metrics.ts";
import { propertyFunctions } from "./properties.ts";
import { sharedFunctions } from "./shared.ts";
import { streamFunctions } from "./streams.ts";
import { wasiFunctions } from "./wasi.ts";

const ERROR = 4;

/** A host function. Integers come signed, i64 as bigint. */
export type HostFunction = (...args: never[]) => number | undefined;
export type HostFunctions = Readonly<Record<string, HostFunction>>;

type AnyFunction = (...args: (number | bigint)[]) => number | undefined;

/**
 * The import object for one instance: exactly the functions that the module asks for, each of which refuses
 * to run where Envoy 1.40 restricts it and tells the call trace if there is one.
 */
export function buildImports(
  vm: Vm,
  imports: readonly { readonly module: string; readonly name: string }[],
  stores: readonly { readonly module: string; readonly name: string; readonly value: object }[],
): WasmImports {
  const env: HostFunctions = {
    ...headerFunctions(vm),
    ...bufferFunctions(vm),
    ...propertyFunctions(vm),
    ...streamFunctions(vm),
    ...callFunctions(vm),
    ...grpcFunctions(vm),
    ...sharedFunctions(vm),
    ...metricFunctions(vm),
    ...controlFunctions(vm),
    ...foreignFunctions(vm),
    ...dnsFunctions(vm),
  };
  const wasi = wasiFunctions(vm);
  const object: WasmImports = {};
  for (const { module, name } of imports) {
    const implementation = vm.allows(name, module)
      ? ((module === "env" ? env : wasi)[name] ?? notEmulated(name))
      : restricted(vm, name, module);
    (object[module] ??= {})[name] = guard(vm, name, implementation as AnyFunction);
  }
  for (const { module, name, value } of stores) (object[module] ??= {})[name] = value;
  return object;
}

function guard(vm: Vm, name: string, implementation: AnyFunction): AnyFunction {
  return (...args) => {
    if (vm.restriction !== Restriction.None) checkRestriction(vm, name);
    const { callTrace, watcher, fault } = vm.host;
    if (callTrace === undefined && watcher === undefined && fault === undefined)
      return implementation(...args);
    const { id, plugin } = vm.active;
    const call = { worker: vm.worker, plugin: plugin?.name ?? "", contextId: id, function: name, args };
    let result: CallResult = "trap";
    try {
      const status = (result = fault?.(call) ?? implementation(...args));
      callTrace?.({ ...call, status });
      return status;
    } finally {
      watcher?.hostCalled(call, vm.memory, result);
    }
  };
}

function checkRestriction(vm: Vm, name: string): void {
  if (vm.restriction === Restriction.StartSection) {
    throw new HostCrashError(`${name} is called from the start section; export _initialize instead`);
  }
  const allowed = vm.restriction === Restriction.Start ? ALLOWED_DURING_START : ALLOWED_IN_ALLOCATOR;
  if (!allowed.has(name)) throw new GuestTrap(`restricted_callback: ${name} may not be called here`);
}

/** What stands in for a function that the VM may not call (Envoy 1.40: capability restriction). */
function restricted(vm: Vm, name: string, module: string): HostFunction {
  const kind = module === "env" ? "proxy-wasm" : "WASI";
  return () => {
    vm.host.log.write(ERROR, "", Buffer.from(`Attempted call to restricted ${kind} capability: ${name}`));
    if (name === "proc_exit") return undefined;
    return module === "env" ? Status.InternalFailure : WasiErrno.NotCapable;
  };
}

function notEmulated(name: string): HostFunction {
  return () => {
    throw new HostFunctionNotEmulated(name);
  };
}
