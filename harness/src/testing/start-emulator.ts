import { Emulator, type EmulatorOptions } from "../emulator/index.ts";
import { coverage } from "./coverage.ts";

/** Starts an emulator that counts what runs if coverage is asked for. Throws what `Emulator.start` throws. */
export function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  return Emulator.start(coverage ? { ...options, instrumentation: coverage.session() } : options);
}
