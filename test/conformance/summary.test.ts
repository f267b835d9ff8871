import { expect, test } from "vitest";
import { bodies } from "./cases/bodies.ts";
import { flow } from "./cases/flow.ts";
import { headers } from "./cases/headers.ts";
import { modules } from "./cases/modules.ts";
import { roots } from "./cases/roots.ts";
import { state } from "./cases/state.ts";

const topics = [headers, bodies, flow, state];
const statements = [...topics.flatMap(({ cases }) => cases), ...roots, ...modules].map(({ says }) => says);

test("there are at least 200 cases, each with a statement of its own", () => {
  const differing = topics.flatMap(({ cases }) => cases).filter(({ emulator }) => emulator !== undefined);
  console.log(`conformance: ${statements.length} cases, ${differing.length} known differences`);
  expect(statements.length).toBeGreaterThanOrEqual(200);
  expect(statements.filter((says, index) => statements.indexOf(says) !== index)).toEqual([]);
});
