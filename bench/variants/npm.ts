/** The AssemblyScript SDKs that npm has. */
import { fileURLToPath } from "node:url";
import { compileWithSdk, GCORE, type PublishedSdk, SOLO } from "../toolchains/npm.ts";
import { type Variant, wasmModule } from "./variant.ts";

/** @gcoredev/proxy-wasm-sdk-as, a fork of Kong's SDK. */
export const asGcore = variantOf(GCORE);

/** @solo-io/proxy-runtime, the oldest one. */
export const asSolo = variantOf(SOLO);

function variantOf(sdk: PublishedSdk): Variant {
  const sources = fileURLToPath(new URL(`${sdk.name}/`, import.meta.url));
  return {
    name: sdk.name,
    title: sdk.title,
    build: async (workload) => wasmModule(await compileWithSdk(sdk, sources, workload)),
  };
}
