export { Status } from "../abi/index.ts";
export { checkConfiguration } from "./check-configuration.ts";
export { type SuiteContext, describeHosts } from "./describe-hosts.ts";
export { EmulatorHost } from "./emulator-host.ts";
export type { Recording } from "./calls.ts";
export type * from "./host.ts";
import "./matchers/index.ts";
export type { SidecraftMatchers } from "./matchers/index.ts";
export { type FetchRequest, mutation, type MutationOptions } from "./mutations.ts";
