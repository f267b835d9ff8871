/**
 * Run as a process of its own, with DOCKER_HOST: starts Envoy in a container, prints `ready`, stops it when standard
 * input ends, and prints as its last line what happened, as JSON.
 */
import { once } from "node:events";
import { type StartOptions, startEnvoy } from "../../harness/src/envoy/index.ts";

const options = JSON.parse(process.argv[2] ?? "") as StartOptions;
const started = performance.now();
const tell = (step: string, error?: unknown): void => {
  const { message, failure } = (error ?? {}) as { message?: string; failure?: unknown };
  process.stdout.write(
    `${JSON.stringify({ step, message, failure, milliseconds: performance.now() - started })}\n`,
  );
};
try {
  const envoy = await startEnvoy(options);
  process.stdout.write("ready\n");
  process.stdin.resume();
  await Promise.race([once(process.stdin, "end"), envoy.exited]);
  process.stdin.destroy();
  await envoy.stop().then(
    () => tell("stopped"),
    (error: unknown) => tell("stop", error),
  );
} catch (error) {
  tell("start", error);
}
