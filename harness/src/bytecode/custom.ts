import { Reader, type Section, sectionsOf, unsigned } from "./binary.ts";

/** A section that the core specification gives no meaning (2.5.1); `from` is behind its name. */
export interface CustomSection extends Section {
  readonly name: string;
}

/** The section with the names of functions. */
export const NAMES = "name";
/** The section that says where the source map is. */
export const SOURCE_MAP = "sourceMappingURL";

const CUSTOM = 0;
const FUNCTION_NAMES = 1;
const HEADER_BYTES = 8;

/** The custom sections of `module`. Throws RangeError when it is no module. */
export function customSections(module: Uint8Array): CustomSection[] {
  return sectionsOf(module).flatMap((section) => {
    if (section.id !== CUSTOM) return [];
    const reader = new Reader(module, section.from);
    const name = readText(reader);
    return [{ ...section, from: reader.at, name }];
  });
}

/** `module` without the custom sections of these names. */
export function withoutCustomSections(module: Uint8Array, names: readonly string[]): Uint8Array {
  const dropped = new Set(
    customSections(module).flatMap(({ name, to }) => (names.includes(name) ? [to] : [])),
  );
  let from = HEADER_BYTES;
  const parts = [module.subarray(0, from)];
  for (const { to } of sectionsOf(module)) {
    if (!dropped.has(to)) parts.push(module.subarray(from, to));
    from = to;
  }
  return Buffer.concat(parts);
}

/** `module` with one more custom section at its end, where it moves nothing. */
export function withCustomSection(module: Uint8Array, name: string, content: Uint8Array): Uint8Array {
  const title = Buffer.from(name);
  const length = unsigned(title.length);
  const size = unsigned(length.length + title.length + content.length);
  return Buffer.concat([module, Uint8Array.from([CUSTOM, ...size, ...length]), title, content]);
}

/**
 * Content of a name section that calls function 0, in our modules an import, "". Envoy prints where a module trapped
 * only if there is a name for any function: with the section's head these 12 bytes are the least that makes it do so.
 */
export const ONE_NAME = Uint8Array.of(1, 3, 1, 0, 0);

/**
 * Names of functions by index, as far as the module's name section has them (core specification 7.4.1). A section that
 * is damaged makes no module invalid: what stands before the damage counts.
 */
export function functionNames(module: Uint8Array): Map<number, string> {
  const names = new Map<number, string>();
  for (const { name, from, to } of customSections(module)) {
    if (name !== NAMES) continue;
    try {
      readNames(new Reader(module.subarray(0, to), from), names);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return names;
}

function readNames(reader: Reader, names: Map<number, string>): void {
  while (reader.at < reader.bytes.length) {
    const kind = reader.byte();
    const end = reader.unsigned() + reader.at;
    if (kind === FUNCTION_NAMES)
      for (let left = reader.unsigned(); left > 0; left--) names.set(reader.unsigned(), readText(reader));
    reader.at = end;
  }
}

/** A name in UTF-8, behind its length. */
export function readText(reader: Reader): string {
  const length = reader.unsigned();
  reader.at += length;
  return Buffer.from(reader.bytes.subarray(reader.at - length, reader.at)).toString("utf8");
}
