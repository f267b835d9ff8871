/** One request to the echo route of a benchmarked Envoy. */
import { request } from "node:http";

/** What came back. */
export interface Answer {
  readonly status: number;
  /** Response headers, each with all its values. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
  /** The echoed request headers as the router saw them, absent ones left out. */
  readonly seen: Readonly<Record<string, string>>;
}

/** Sends a GET request with the given header fields. */
export type Ask = (fields: Readonly<Record<string, string>>) => Promise<Answer>;

/** Request headers that the echo route shows, as `x-seen-<name>` of the response. */
export const ECHOED = ["x-out", "x-secret"] as const;
/** Path of the echo route. */
export const ECHO_PATH = "/echo";

/** Sends requests to the Envoy on `port` of this machine. */
export function asker(port: number): Ask {
  return (fields) =>
    new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port, path: ECHO_PATH, headers: fields, agent: false };
      const sent = request(options, (response) => {
        response.resume();
        response.once("error", reject);
        response.once("end", () => {
          const headers = response.headersDistinct;
          const seen: Record<string, string> = {};
          for (const name of ECHOED) {
            const value = headers[`x-seen-${name}`]?.[0];
            if (value !== undefined && value !== "" && value !== "-") seen[name] = value;
          }
          resolve({ status: response.statusCode ?? 0, headers, seen });
        });
      });
      sent.setTimeout(10_000, () => sent.destroy(new Error("no answer within 10 s")));
      sent.once("error", reject).end();
    });
}
