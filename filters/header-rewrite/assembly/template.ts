// Values with placeholders: what they are, and what they come to.

import { Bytes, BytesBuilder, isFieldValue } from "proxy-wasm-as-sdk";

/** The longest value a template may come to, in bytes: repeated copying must not fill the memory. */
const MAX_VALUE_SIZE: i32 = 1 << 16;

/** Where a part of a template comes from. */
export enum Source {
  /** The text of the part itself. */
  Literal,
  /** The request header that `text` names; path, method and host are pseudo headers. */
  RequestHeader,
  /** The response header that `text` names; the status is a pseudo header. */
  ResponseHeader,
  RouteName,
  SourceAddress,
  Time,
}

/** A piece of text, or one placeholder. */
@final
export class Part {
  /** Position of the value among those kept from the request for the response; -1 when it is not kept. */
  slot: i32 = -1;

  constructor(
    readonly source: Source,
    /** The literal text, or the header's name. */
    readonly text: Bytes,
    /** What stands for an absent value; null when there is no default. */
    readonly fallback: Bytes | null,
  ) {}
}

/** Gives placeholders their values. */
export abstract class Variables {
  /** The value for `part`, null when there is none. Not asked for literals. */
  abstract get(part: Part): Bytes | null;
}

/** A value with placeholders, parsed. */
@final
export class Template {
  /** The value when there are no placeholders: it is the same for every message. */
  private fixed: Bytes | null = null;

  constructor(readonly parts: Array<Part>) {
    if (parts.length == 0) this.fixed = Bytes.EMPTY;
    else if (parts.length == 1 && parts[0].source == Source.Literal) this.fixed = parts[0].text.trim();
  }

  /**
   * The value without whitespace at its ends (RFC 9110 section 5.5). Null when a placeholder without default has
   * no value. Beyond MAX_VALUE_SIZE it is incomplete, which `isSendable` refuses.
   */
  render(variables: Variables): Bytes | null {
    const fixed = this.fixed;
    if (fixed) return fixed;
    const parts = this.parts;
    if (parts.length == 1) {
      const only = valueOf(parts[0], variables);
      return only ? only.trim() : null;
    }
    const text = new BytesBuilder(128);
    for (let i = 0; i < parts.length && text.length <= MAX_VALUE_SIZE; i++) {
      const value = valueOf(parts[i], variables);
      if (!value) return null;
      text.append(value);
    }
    return text.length > MAX_VALUE_SIZE ? text.take() : text.take().trim();
  }
}

function valueOf(part: Part, variables: Variables): Bytes | null {
  if (part.source == Source.Literal) return part.text;
  const value = variables.get(part);
  return value ? value : part.fallback;
}

/** True for a value that may be written: no control characters (RFC 9110 section 5.5), not too long. */
export function isSendable(value: Bytes): bool {
  return value.length <= MAX_VALUE_SIZE && isFieldValue(value);
}
