/** A proxy-wasm host in this process that behaves as Envoy 1.40. */
export { settle, VirtualClock, type Duration } from "./clock.ts";
export { Emulator, type EmulatorOptions, type FetchOptions, type FetchResult } from "./emulator.ts";
export {
  GuestHangError,
  HostCrashError,
  HostFunctionNotEmulated,
  PluginRefusedError,
  StreamResetError,
} from "./errors.ts";
export type { CallTraceEntry, Trap } from "./host.ts";
