/** Where the benchmark puts things. */
import { join } from "node:path";
import { WORKSPACE } from "../harness/src/wasm/build.ts";

/** Everything that the benchmark makes is below this folder. */
export const BUILD = join(WORKSPACE, "build", "bench");
