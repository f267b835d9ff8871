import { inject } from "vitest";

/** Whether the Envoy under test is older than minor version `since` ("1.39"), if that is given. */
export function isOlderThan(since: string | undefined): boolean {
  const envoy = inject("envoy");
  if (since === undefined || !envoy) return false;
  const [major = 0, minor = 0] = envoy.version.split(".").map(Number);
  const [sinceMajor = 0, sinceMinor = 0] = since.split(".").map(Number);
  return major < sinceMajor || (major === sinceMajor && minor < sinceMinor);
}
