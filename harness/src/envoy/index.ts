/** A real Envoy: find or fetch it, start it natively or in a container, watch it, stop it. */
export type { EnvoyAdmin } from "./admin.ts";
export { dockerUnavailable, hasImage } from "./docker.ts";
export {
  EnvoyEndedError,
  EnvoyNotFoundError,
  EnvoyStartError,
  type StartFailure,
  WorkerHangError,
} from "./errors.ts";
export { buildEnvoyImage, type ImageRequest } from "./image.ts";
export {
  type BinaryInstallation,
  builtImageTag,
  DEFAULT_ENVOY_VERSION,
  type DownloadProgress,
  type EnvoyInstallation,
  type ImageInstallation,
  type InstallationSource,
  type ResolveStep,
} from "./installation.ts";
export { linearMemoryPages } from "./memory.ts";
export { obtainImage } from "./obtain-image.ts";
export type { EnvoyExit, RunningEnvoy, StartOptions, UpstreamAddress } from "./options.ts";
export { resolveEnvoy, type ResolveOptions } from "./resolve.ts";
export { startEnvoy } from "./start.ts";
export { HARNESS_HOST, upstreamBindHost } from "./upstream.ts";
export { validateConfig, type ValidationResult } from "./validate.ts";
export { type FilterVerdict, refusals, validateFilter } from "./validate-filter.ts";
export { poll } from "./wait.ts";
