import { createHash } from "node:crypto";
import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";

const KEY = "key-of-the-job";
/** Objects in lists in objects, a text that is not ASCII, truth values. */
const CONFIG = {
  realm: "shop",
  "x-note": "Läden",
  providers: [
    {
      name: "machines",
      api_key: {
        from: [{ header: "x-api-key" }, { header: "apikey" }],
        keys: [{ client: "job", sha256: createHash("sha256").update(KEY).digest("hex") }],
      },
    },
  ],
  forward: { subject_header: "x-client", strip_credentials: true },
  rules: [{ path_prefix: "/open", allow_anonymous: true }],
};

for (const configType of ["text", "struct"] as const) {
  describeHosts(
    `A configuration that arrives as ${configType}`,
    { filters: [{ filter: "auth", config: CONFIG, configType }] },
    ({ it, host }) => {
      it("is in force", async () => {
        const known = await host.fetch("/", { headers: { "x-api-key": KEY } });
        expect([known.status, known.upstream?.request.header("x-api-key")]).toEqual([200, null]);
        expect(known.upstream?.request.header("x-client")).toBe("job");
        const unknown = await host.fetch("/", { headers: { "x-api-key": "another" } });
        expect([unknown.status, unknown.upstream]).toEqual([401, null]);
        expect((await host.fetch("/open")).status).toBe(200);
      });

      it("is refused with a pointer to what is wrong, and the one before stays", async () => {
        const wrong = { ...CONFIG, rules: [{ path_prefix: 7 }] };
        expect((await host.updateFilter("auth", wrong)).accepted).toBe(false);
        expect(host.logs.map(({ message }) => message).join("\n")).toContain("/rules/0/path_prefix");
        expect((await host.fetch("/open")).status).toBe(200);
      });

      it("is replaced", async () => {
        const { rules: _, ...closed } = CONFIG;
        expect(await host.updateFilter("auth", closed)).toEqual({ accepted: true });
        expect((await host.fetch("/open")).status).toBe(401);
      });
    },
  );
}
