/** `npm run compose:config`: writes compose/envoy.yaml. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { WORKSPACE } from "../wasm/build.ts";
import { composeConfig } from "./compose.ts";

writeFileSync(join(WORKSPACE, "compose", "envoy.yaml"), composeConfig());
