/** How a source of a module is called in reports; undefined for one that is not measured. */
export type NameSource = (source: string) => string | undefined;

const SDK = "~lib/proxy-wasm-as-sdk/";

/** The sources of filters: neither the standard library nor the SDK. */
export const filterSources: NameSource = (source) => (source.startsWith("~lib/") ? undefined : source);

/** The sources of filters and of the SDK, which lies in `sdk-shim/`. */
export const allSources: NameSource = (source) =>
  source.startsWith(SDK) ? `sdk-shim/${source.slice(SDK.length)}` : filterSources(source);
