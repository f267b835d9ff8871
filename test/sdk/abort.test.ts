import { expect } from "vitest";
import { describeHosts } from "../../harness/src/testing/index.ts";

const OWN_PLACE = / test\/sdk\/assembly\/trap\.ts:\d+$/;

/** Ways to trap, and the last words that the log must hold: the message and its place. */
const WAYS: Readonly<Record<string, readonly RegExp[]>> = {
  throw: [/^thrown on purpose, grün /, OWN_PLACE],
  assert: [/^asserted on purpose /, OWN_PLACE],
  long: [/^(long ){10}/, OWN_PLACE],
  index: [/^Index out of range /, / ~lib\/array\.ts:\d+$/],
  key: [/^Key does not exist /, / ~lib\/map\.ts:\d+$/],
  null: [/^Unexpected 'null'/, OWN_PLACE],
};

for (const [way, words] of Object.entries(WAYS)) {
  describeHosts(
    `A filter that traps (${way})`,
    { filters: [{ filter: "test/sdk/assembly/trap.ts" }], mayTrap: true },
    ({ it, host }) => {
      it("logs its last words with their place, and the host answers 503 from then on", async () => {
        expect((await host.fetch("/")).status).toBe(200);
        const response = await host.fetch("/", { headers: { "x-t-trap": way } });
        expect([response.status, response.text(), response.upstream]).toEqual([503, "", null]);
        const lastWords = (): string[] =>
          host.logs.filter(({ level }) => level === "critical").map(({ message }) => message);
        await expect.poll(lastWords).toHaveLength(1);
        for (const pattern of words) expect(lastWords()[0]).toMatch(pattern);
        expect((await host.fetch("/")).status).toBe(503);
      });
    },
  );
}

describeHosts(
  "A filter that traps without words",
  { filters: [{ filter: "test/sdk/assembly/trap.ts" }], mayTrap: true },
  ({ it, host }) => {
    it("is answered for with 503 all the same", async () => {
      expect((await host.fetch("/", { headers: { "x-t-trap": "unreachable" } })).status).toBe(503);
      expect((await host.fetch("/")).status).toBe(503);
    });
  },
);
