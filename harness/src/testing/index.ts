export { checkConfiguration } from "./check-configuration.ts";
export { type SuiteContext, describeHosts } from "./describe-hosts.ts";
export { EmulatorHost } from "./emulator-host.ts";
export type * from "./host.ts";
