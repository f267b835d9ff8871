import { describe, expect, test } from "vitest";
import { modules } from "./cases/modules.ts";
import { isOlderThan } from "../support/envoy-version.ts";
import { hosts } from "./hosts.ts";
import { assemble } from "./probe/index.ts";

for (const [name, start] of hosts) {
  describe.skipIf(!start)(`conformance: modules [${name}]`, () => {
    test.for(modules.map((one, index) => ({ ...one, index })))(
      "$says",
      async ({ index, text, refused, since }, { skip }) => {
        skip(name === "envoy" && isOlderThan(since), `Envoy ${since} and later`);
        const filter = assemble(`module-${index}-${name}`, text);
        const starting = start!({ filters: [{ filter, name: "probe" }] });
        if (refused !== null) {
          await expect(starting).rejects.toThrow(refused);
          return;
        }
        await using host = await starting;
        expect((await host.fetch("/")).status).toBe(200);
      },
    );
  });
}
