/** Run as a process of its own: starts Envoy, prints its process id, and ends as it is told. */
import { type EnvoyInstallation, startEnvoy } from "../../harness/src/envoy/index.ts";
import { topologyWith } from "./topology.ts";

const { installation, wasmPath, how } = JSON.parse(process.argv[2] ?? "") as {
  installation: EnvoyInstallation;
  wasmPath: string;
  how: string;
};
const envoy = await startEnvoy({
  installation,
  topology: topologyWith(wasmPath),
  clusters: [{ name: "up", port: 9 }],
});
process.stdout.write(`${envoy.pid}\n`);
if (how === "exit") process.exit(3);
if (how === "throw") throw new Error("as it was told");
