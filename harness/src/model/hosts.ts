/** Where tests of behaviour can run. `envoy` is whichever there is, a program first; `container` only an image. */
export const HOST_KINDS = ["emulator", "envoy", "container"] as const;
export type HostKind = (typeof HOST_KINDS)[number];

/** Stands in the names of tests that no Envoy can run, by which the command counts them. */
export const EMULATOR_ONLY = "[emulator only]";

/** Variable that chooses hosts: names separated by commas, as {@link parseHosts} reads them. */
export const HOSTS_VARIABLE = "SIDECRAFT_HOSTS";

/**
 * Reads a list of hosts such as "emulator,container".
 *
 * @param text names separated by commas; absent or empty means the emulator and Envoy
 * @throws {RangeError} for an unknown name, and for both `envoy` and `container`, between which a run must choose
 */
export function parseHosts(text: string | undefined): readonly HostKind[] {
  if (!text) return ["emulator", "envoy"];
  const kinds = text.split(",").map((name) => {
    const kind = HOST_KINDS.find((known) => known === name.trim());
    if (kind === undefined)
      throw new RangeError(`there is no host "${name.trim()}"; there are ${HOST_KINDS.join(", ")}`);
    return kind;
  });
  if (kinds.includes("envoy") && kinds.includes("container"))
    throw new RangeError("one run takes either envoy or container: run the tests twice");
  return kinds;
}
