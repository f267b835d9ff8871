import { Bytes, ConfigList, ConfigObject, JsonKind, isAttributeName } from "proxy-wasm-as-sdk";
import { isCookieName, isHeaderName, isVisible } from "./names";

/** The most places a key may be looked for. */
export const MAX_KEYS: i32 = 8;
const MAX_NAME: i32 = 64;
const MAX_PROPERTY: i32 = 256;

/** Where a key is read from. */
export enum KeySource {
  Property,
  Cookie,
  Header,
}

const PROPERTY_EXPECTED = 'the name of a property that a filter sets, like "auth.identity", not an attribute';

const KEY_SOURCES: StaticArray<string> = ["property", "cookie", "header"];

/** One place where the key of a request may be. */
@final
export class KeyPart {
  constructor(
    readonly source: KeySource,
    readonly name: Bytes,
  ) {}
}

/** Reads the places in the order in which they are to be asked; none when there is no list. */
export function readKey(list: ConfigList | null): Array<KeyPart> {
  const parts = new Array<KeyPart>();
  if (!list) return parts;
  for (let i = 0; i < list.length; i++) {
    const object = list.objectAt(i);
    let named = 0;
    for (let source = 0; source < KEY_SOURCES.length; source++) {
      if (!object.has(KEY_SOURCES[source])) continue;
      named++;
      parts.push(readKeyPart(object, source));
    }
    const item = list.jsonAt(i);
    if (named != 1 && item && item.kind == JsonKind.Object)
      list.error(i, 'one of "property", "cookie" and "header"');
  }
  return parts;
}

function readKeyPart(object: ConfigObject, source: KeySource): KeyPart {
  const key = KEY_SOURCES[source];
  const name = object.requiredString(key, source == KeySource.Property ? MAX_PROPERTY : MAX_NAME);
  if (name.length > 0) {
    if (source == KeySource.Property && !isVisible(name, 1)) object.error(key, "visible ASCII characters");
    if (source == KeySource.Property && isAttributeName(name)) object.error(key, PROPERTY_EXPECTED);
    if (source == KeySource.Cookie && !isCookieName(name)) object.error(key, "a cookie name");
    if (source == KeySource.Header && !isHeaderName(name)) object.error(key, "a header name in lower case");
  }
  return new KeyPart(source, name);
}
