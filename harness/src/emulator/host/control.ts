import { Status } from "../../abi/index.ts";
import type { Vm } from "../vm/vm.ts";
import type { HostFunctions } from "./imports.ts";

const MAX_LOG_LEVEL = 5;

/** Logging, time, ticks and contexts (proxy-wasm spec 0.2.1), as in Envoy 1.40. */
export function controlFunctions(vm: Vm): HostFunctions {
  const { memory, host } = vm;
  const ok = (done: boolean): number => (done ? Status.Ok : Status.InvalidMemoryAccess);
  return {
    proxy_log(level: number, messageAt: number, messageSize: number) {
      if (level >>> 0 > MAX_LOG_LEVEL) return Status.BadArgument;
      const message = memory.view(messageAt, messageSize);
      if (!message) return Status.InvalidMemoryAccess;
      host.log.write(level, vm.active.plugin?.name ?? "", message);
      return Status.Ok;
    },
    proxy_get_log_level: (levelOut: number) => ok(memory.setU32(levelOut, host.log.level)),
    proxy_get_current_time_nanoseconds: (timeOut: number) => ok(memory.setU64(timeOut, host.clock.now())),
    proxy_set_tick_period_milliseconds(milliseconds: number) {
      vm.setTick(vm.active.root, milliseconds >>> 0);
      return Status.Ok;
    },
    proxy_set_effective_context(id: number) {
      const context = vm.contexts.get(id);
      if (!context) return Status.BadArgument;
      vm.effective = id === 0 ? undefined : context;
      return Status.Ok;
    },
    proxy_done: () => (vm.done(vm.active) ? Status.Ok : Status.NotFound),
    pthread_equal: (left: number, right: number) => (left === right ? 1 : 0),
    emscripten_notify_memory_growth: () => undefined,
  };
}
