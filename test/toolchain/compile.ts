import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import asc from "assemblyscript/asc";
import { WORKSPACE } from "../../harness/src/wasm/build.ts";
import { type Diagnostic, parseDiagnostics } from "../../harness/src/wasm/diagnostics.ts";

/** Where the text under test seems to be. */
export const ENTRY = "filters/probe/assembly/filter.ts";

/** What the compiler says of a filter with the text `source`, compiled with the SDK's options but not optimised. */
export async function diagnosticsOf(source: string): Promise<Diagnostic[]> {
  const { error, stderr } = await asc.main(
    [ENTRY, "--config", "asconfig.json", "--baseDir", WORKSPACE, "--noColors"],
    {
      readFile: (file, base) => {
        if (file === ENTRY) return source;
        try {
          return readFileSync(resolve(base, file), "utf8");
        } catch {
          return null;
        }
      },
      writeFile: () => undefined,
      listFiles: () => [],
    },
  );
  const found = parseDiagnostics(stderr.toString());
  if (error && found.length === 0) throw error;
  return found;
}

const NAMES = "Action, CallResponse, GrpcCall, GrpcStream, HttpCall, HttpFilter, Plugin, registerPlugin";

/** A filter whose class has `members`, one per line from line 3 on, and a plugin with `pluginMembers`. */
export function filterWith(members: string, pluginMembers = ""): string {
  return `import { ${NAMES} } from "proxy-wasm-as-sdk";
class Probe extends HttpFilter {
${members}
}
class ProbePlugin extends Plugin {
  createFilter(): HttpFilter { return new Probe(); }
${pluginMembers}
}
registerPlugin(() => new ProbePlugin());
`;
}
