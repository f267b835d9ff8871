import { Bytes, BytesBuilder, isFieldValue, isToken } from "proxy-wasm-as-sdk";
import { isLowerCase } from "./names";
import { Part, Source, Template } from "./template";

const DOLLAR: u8 = 0x24;
const OPENING: u8 = 0x7b;
const CLOSING: u8 = 0x7d;
const QUESTION: u8 = 0x3f;

const REQUEST_HEADERS = Bytes.of("request.headers.");
const RESPONSE = Bytes.of("response.");
const RESPONSE_HEADERS = Bytes.of("response.headers.");
const HOST = Bytes.of("host");
const SET_COOKIE = Bytes.of("set-cookie");
const AUTHORITY = Bytes.of(":authority");

/** A placeholder other than `request.headers.<name>` and `response.headers.<name>`. */
@final
class Placeholder {
  readonly name: Bytes;
  readonly header: Bytes;

  constructor(
    name: string,
    readonly source: Source,
    header: string,
  ) {
    this.name = Bytes.of(name);
    this.header = Bytes.of(header);
  }
}

const PLACEHOLDERS: StaticArray<Placeholder> = [
  new Placeholder("request.path", Source.RequestHeader, ":path"),
  new Placeholder("request.method", Source.RequestHeader, ":method"),
  new Placeholder("request.host", Source.RequestHeader, ":authority"),
  new Placeholder("response.status", Source.ResponseHeader, ":status"),
  new Placeholder("route.name", Source.RouteName, ""),
  new Placeholder("source.address", Source.SourceAddress, ""),
  new Placeholder("time", Source.Time, ""),
];

/**
 * Reads one template: text, in which `${name}` and `${name?default}` stand for a value and `$$` for a dollar sign.
 * When it is wrong, `expected` says what should be there.
 */
@final
export class TemplateParser {
  /** What should be there, for people; empty when nothing is wrong. */
  expected: string = "";
  private readonly parts: Array<Part> = new Array<Part>();
  private readonly literal: BytesBuilder = new BytesBuilder();
  private at: i32 = 0;

  /** `ofResponse` allows placeholders that only a response has. */
  constructor(
    private readonly text: Bytes,
    private readonly ofResponse: bool,
  ) {}

  /** The template; null when `expected` says what is wrong. */
  parse(): Template | null {
    const text = this.text;
    if (!isFieldValue(text)) return this.fail("a value without control characters (RFC 9110 section 5.5)");
    while (this.at < text.length) {
      if (text.at(this.at) != DOLLAR) {
        this.literal.appendByte(text.at(this.at++));
      } else if (text.at(this.at + 1) == DOLLAR) {
        this.literal.appendByte(DOLLAR);
        this.at += 2;
      } else if (text.at(this.at + 1) == OPENING) {
        this.endLiteral();
        this.readPlaceholder();
      } else {
        this.fail("$$ for a dollar sign that begins no ${...}");
      }
      if (this.expected.length > 0) return null;
    }
    this.endLiteral();
    return new Template(this.parts);
  }

  private endLiteral(): void {
    if (this.literal.length == 0) return;
    this.parts.push(new Part(Source.Literal, this.literal.copy(), null));
    this.literal.clear();
  }

  private readPlaceholder(): void {
    const text = this.text;
    const start = this.at + 2;
    let end = start;
    while (end < text.length && text.at(end) != CLOSING && text.at(end) != QUESTION) end++;
    this.at = end + 1;
    const name = text.slice(start, end);
    let fallback: Bytes | null = null;
    if (text.at(end) == QUESTION) {
      fallback = this.readDefault();
      if (!fallback) return;
    } else if (end >= text.length) {
      this.failUnclosed();
      return;
    }
    const part = this.resolve(name, fallback);
    if (part) this.parts.push(part);
  }

  private readDefault(): Bytes | null {
    const text = this.text;
    const value = new BytesBuilder(16);
    while (this.at < text.length) {
      const byte = text.at(this.at++);
      if (byte == CLOSING) return value.take();
      if (byte == DOLLAR && text.at(this.at++) != DOLLAR) {
        this.fail("a default without ${...}, and with $$ for a dollar sign");
        return null;
      }
      value.appendByte(byte);
    }
    this.failUnclosed();
    return null;
  }

  private resolve(name: Bytes, fallback: Bytes | null): Part | null {
    if (name.startsWith(RESPONSE) && !this.ofResponse) {
      this.fail("no ${" + name.toString() + "} in a request rule: there is no response yet");
      return null;
    }
    if (name.startsWith(REQUEST_HEADERS)) {
      return this.headerPart(Source.RequestHeader, name.slice(REQUEST_HEADERS.length), fallback);
    }
    if (name.startsWith(RESPONSE_HEADERS)) {
      return this.headerPart(Source.ResponseHeader, name.slice(RESPONSE_HEADERS.length), fallback);
    }
    for (let i = 0; i < PLACEHOLDERS.length; i++) {
      const known = PLACEHOLDERS[i];
      if (known.name.equals(name)) return new Part(known.source, known.header, fallback);
    }
    this.fail("no ${" + name.toString() + "} but " + this.knownNames());
    return null;
  }

  private headerPart(source: Source, header: Bytes, fallback: Bytes | null): Part | null {
    if (!isToken(header) || !isLowerCase(header)) {
      this.fail('a header name in lower case instead of "' + header.toString() + '"');
      return null;
    }
    if (header.equals(SET_COOKIE)) {
      this.fail("no set-cookie header: its lines cannot become one value (RFC 9110 section 5.3)");
      return null;
    }
    const isHost = source == Source.RequestHeader && header.equals(HOST);
    return new Part(source, isHost ? AUTHORITY : header.copy(), fallback);
  }

  private knownNames(): string {
    let names = "request.headers.<name>";
    if (this.ofResponse) names += ", response.headers.<name>";
    for (let i = 0; i < PLACEHOLDERS.length; i++) {
      const name = PLACEHOLDERS[i].name;
      if (this.ofResponse || !name.startsWith(RESPONSE)) names += ", " + name.toString();
    }
    return names;
  }

  private failUnclosed(): void {
    this.fail("a } for every ${");
  }

  private fail(expected: string): Template | null {
    this.expected = expected;
    return null;
  }
}
