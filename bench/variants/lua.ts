/** Envoy's Lua filter; the scripts are in lua/. */
import { readFile } from "node:fs/promises";
import { nativeFilter, type Variant } from "./variant.ts";

/** Lua in Envoy (LuaJIT). A script reads its parameters from the global `CONFIG`. */
export const lua: Variant = {
  name: "lua",
  title: "Envoy's Lua filter (LuaJIT)",
  build: async (workload) => {
    const script = await readFile(new URL(`lua/${workload}.lua`, import.meta.url), "utf8");
    return {
      bytes: Buffer.byteLength(script),
      filter: (copy, config) =>
        nativeFilter(copy, "lua.v3.Lua", {
          default_source_code: { inline_string: `local CONFIG = ${JSON.stringify(config)}\n${script}` },
        }),
    };
  },
};
