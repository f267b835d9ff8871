/** Ready-made commands to try the demo by hand. */
import { API_KEYS, demoIssuer, demoOverride } from "./credentials.ts";
import { SUBJECTS } from "./tour.ts";

const DAY = 86_400;

/** A command and what it shows. */
export interface CurlLine {
  readonly shows: string;
  readonly command: string;
}

/**
 * Makes commands to paste into a shell.
 *
 * @param url base URL of the proxy
 */
export function curlLines(url: string): readonly CurlLine[] {
  const curl = (path: string, ...headers: readonly string[]): string =>
    ["curl -i", ...headers.map((header) => `-H '${header}'`), `${url}${path}`].join(" ");
  const token = `authorization: Bearer ${demoIssuer().issue(SUBJECTS.onCanary, DAY)}`;
  const key = `x-api-key: ${API_KEYS.acme}`;
  return [
    { shows: "no credential: 401", command: curl("/orders") },
    { shows: "an API key: 200, and 429 when repeated quickly", command: curl("/orders", key) },
    { shows: "a JWT, valid for a day: 200 from the canary", command: curl("/orders", token) },
    { shows: "the override: 200 from the canary", command: curl("/orders", key, demoOverride().join(": ")) },
    { shows: "a claimed identity does not arrive", command: curl("/health", "x-user-id: root") },
  ];
}
