import { WASI_IMPORTS, WasiErrno } from "../../abi/index.ts";
import type { Vm } from "../vm/vm.ts";
import type { HostFunction, HostFunctions } from "./imports.ts";

const MAX_RANDOM = 65536;
const INFO = 2;
const ERROR = 4;

/** What Envoy 1.40 answers to WASI functions that do nothing there. */
const FIXED: Readonly<Record<string, number>> = {
  fd_read: WasiErrno.NotImplemented,
  fd_seek: WasiErrno.Success,
  fd_close: WasiErrno.Success,
  fd_prestat_get: WasiErrno.BadFileDescriptor,
  fd_prestat_dir_name: WasiErrno.BadFileDescriptor,
  path_open: WasiErrno.NoEntry,
  poll_oneoff: WasiErrno.Success,
  sched_yield: WasiErrno.Success,
  sock_accept: WasiErrno.NotSupported,
  sock_recv: WasiErrno.NotSupported,
  sock_send: WasiErrno.NotSupported,
  sock_shutdown: WasiErrno.NotSupported,
};

/** WASI preview 1 as Envoy 1.40 has it: output goes to the log, there are no files, proc_exit returns. */
export function wasiFunctions(vm: Vm): HostFunctions {
  const { memory, host } = vm;
  const functions: Record<string, HostFunction> = {};
  for (const [name, signature] of WASI_IMPORTS) {
    if (signature.endsWith(":i")) functions[name] = () => FIXED[name] ?? WasiErrno.NotImplemented;
  }
  const variables = Object.entries(vm.environment).map(([name, value]) => Buffer.from(`${name}=${value}\0`));
  const result = (done: boolean): number => (done ? WasiErrno.Success : WasiErrno.Fault);

  return {
    ...functions,
    proc_exit: () => undefined,

    fd_write(fd: number, vectorsAt: number, count: number, writtenOut: number) {
      if (fd !== 1 && fd !== 2) return WasiErrno.BadFileDescriptor;
      const parts: Uint8Array[] = [];
      for (let index = 0; index < count; index++) {
        const start = memory.getU32(vectorsAt + index * 8);
        const size = memory.getU32(vectorsAt + index * 8 + 4);
        const part = start === undefined || size === undefined ? undefined : memory.view(start, size);
        if (!part) return WasiErrno.Fault;
        parts.push(part);
      }
      const text = Buffer.concat(parts);
      if (text.length > 0) {
        const message = text.at(-1) === 10 ? text.subarray(0, -1) : text;
        host.log.write(fd === 1 ? INFO : ERROR, vm.active.plugin?.name ?? "", message);
      }
      return result(memory.setU32(writtenOut, text.length));
    },

    fd_fdstat_get(fd: number, statOut: number) {
      if (fd !== 1 && fd !== 2) return WasiErrno.BadFileDescriptor;
      const stat = memory.view(statOut, 24);
      if (!stat) return WasiErrno.Fault;
      // A character device that may be written to.
      stat.fill(0).writeUInt8(2, 0);
      stat.writeBigUInt64LE(64n, 8);
      return WasiErrno.Success;
    },

    random_get(target: number, size: number) {
      if (size >>> 0 > MAX_RANDOM) return WasiErrno.Invalid;
      const bytes = memory.view(target, size);
      if (!bytes) return WasiErrno.Fault;
      host.random.fill(bytes);
      return WasiErrno.Success;
    },

    clock_time_get(id: number, _precision: bigint, timeOut: number) {
      if (id !== 0 && id !== 1) return WasiErrno.NotSupported;
      return result(memory.setU64(timeOut, id === 0 ? host.clock.now() : host.clock.monotonic()));
    },

    clock_res_get(id: number, resolutionOut: number) {
      return id === 0 || id === 1 ? result(memory.setU64(resolutionOut, 1n)) : WasiErrno.NotSupported;
    },

    environ_sizes_get(countOut: number, sizeOut: number) {
      const size = variables.reduce((sum, variable) => sum + variable.length, 0);
      return result(memory.setU32(countOut, variables.length) && memory.setU32(sizeOut, size));
    },

    environ_get(pointersOut: number, bytesOut: number) {
      let [pointer, target] = [pointersOut, bytesOut];
      for (const variable of variables) {
        if (!memory.setU32(pointer, target) || !memory.has(target, variable.length)) return WasiErrno.Fault;
        memory.setBytes(target, variable);
        pointer += 4;
        target += variable.length;
      }
      return WasiErrno.Success;
    },

    args_sizes_get: (countOut: number, sizeOut: number) =>
      result(memory.setU32(countOut, 0) && memory.setU32(sizeOut, 0)),
    args_get: () => WasiErrno.Success,
  };
}
