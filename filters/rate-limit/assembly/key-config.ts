import { Bytes, ConfigList, ConfigObject, isAttributeName, isFieldName } from "proxy-wasm-as-sdk";

const MAX_PARTS: i32 = 8;
const MAX_LENGTH: i32 = 256;
const HOST = Bytes.of("host");
const AUTHORITY = Bytes.of(":authority");

/** Where a part of a key comes from. */
export enum Source {
  /** A property that an earlier filter has set. */
  Property,
  /** All values of a request header. */
  Header,
  /** The address of the client's connection, as the host sees it. */
  Address,
  /** The same for all requests. */
  Constant,
}

/** What to do with a request that does not have a part of the key. */
export enum Missing {
  /** The limit does not apply to it. */
  SkipLimit,
  /** It shares the key of all requests that do not have the part. */
  Empty,
  /** It is answered like one that is over the limit. */
  Deny,
}

const MISSING: StaticArray<string> = ["skip_limit", "empty", "deny"];

/** One part of a key. */
@final
export class KeyPart {
  constructor(
    readonly source: Source,
    /** Path of the property, name of the header (lower case), or the constant. */
    readonly name: Bytes,
    readonly missing: Missing,
  ) {}
}

/** Reads `key` of a limit. */
export function readKey(limit: ConfigObject): Array<KeyPart> {
  const parts = new Array<KeyPart>();
  const list = limit.list("key", MAX_PARTS);
  if (!list || list.length == 0) limit.error("key", "a list of 1 to 8 key parts");
  if (list) {
    for (let i = 0; i < list.length; i++) parts.push(readPart(list, i));
  }
  return parts;
}

function readPart(list: ConfigList, index: i32): KeyPart {
  const object = list.objectAt(index);
  const isProperty = object.has("property");
  const isHeader = object.has("header");
  const isAddress = object.has("source_address");
  const isConstant = object.has("constant");
  if (i32(isProperty) + i32(isHeader) + i32(isAddress) + i32(isConstant) != 1) {
    list.error(index, 'an object with one of "property", "header", "source_address" and "constant"');
  }
  if (isConstant && object.has("missing")) object.error("missing", 'nothing: a "constant" is never missing');
  // Whoever can leave a header out must not escape the limit that way. An identity is set by a filter of ours, and a
  // request without one is a public one.
  const missing = object.choice("missing", MISSING, isProperty ? Missing.SkipLimit : Missing.Empty);
  if (isProperty) return new KeyPart(Source.Property, readProperty(object), missing);
  if (isHeader) return new KeyPart(Source.Header, readHeader(object), missing);
  if (isConstant)
    return new KeyPart(Source.Constant, object.requiredString("constant", MAX_LENGTH).copy(), missing);
  if (isAddress && !object.bool("source_address", true)) object.error("source_address", "true");
  return new KeyPart(Source.Address, Bytes.EMPTY, missing);
}

function readProperty(object: ConfigObject): Bytes {
  const name = object.requiredString("property", MAX_LENGTH).copy();
  for (let i = 0; i < name.length; i++) {
    const byte = name.at(i);
    if (byte < 0x21 || byte > 0x7e) object.error("property", "a name of visible ASCII characters");
  }
  if (isAttributeName(name)) {
    object.error(
      "property",
      'the name of a property that a filter sets, like "auth.identity", not an attribute',
    );
  }
  return name;
}

function readHeader(object: ConfigObject): Bytes {
  const name = object.requiredString("header", MAX_LENGTH).copy().toLowerCase();
  if (name.length > 0 && !isFieldName(name)) object.error("header", "the name of a header");
  return name == HOST ? AUTHORITY : name;
}
