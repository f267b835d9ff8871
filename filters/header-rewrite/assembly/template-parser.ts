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

/** Placeholders other than headers, and where their values come from. */
const NAMES: StaticArray<Bytes> = [
  Bytes.of("request.path"),
  Bytes.of("request.method"),
  Bytes.of("request.host"),
  Bytes.of("response.status"),
  Bytes.of("route.name"),
  Bytes.of("source.address"),
  Bytes.of("time"),
];
const SOURCES: StaticArray<Source> = [
  Source.RequestHeader,
  Source.RequestHeader,
  Source.RequestHeader,
  Source.ResponseHeader,
  Source.RouteName,
  Source.SourceAddress,
  Source.Time,
];
const PSEUDO_HEADERS: StaticArray<Bytes> = [
  Bytes.of(":path"),
  Bytes.of(":method"),
  AUTHORITY,
  Bytes.of(":status"),
  Bytes.EMPTY,
  Bytes.EMPTY,
  Bytes.EMPTY,
];

/** Reads one template; what is wrong with it is in `error`. */
@final
export class TemplateParser {
  /** What is wrong, for people; empty when nothing is. */
  error: string = "";
  private readonly parts: Array<Part> = new Array<Part>();
  private readonly literal: BytesBuilder = new BytesBuilder();
  private at: i32 = 0;

  /** `ofResponse` allows placeholders that only a response has. */
  constructor(
    private readonly text: Bytes,
    private readonly ofResponse: bool,
  ) {}

  /** The template; null when `error` says why there is none. */
  parse(): Template | null {
    const text = this.text;
    if (!isFieldValue(text)) return this.fail("has a control character, which no header value may have");
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
        this.fail("has a $ that begins no ${...}: write $$ for a dollar sign");
      }
      if (this.error.length > 0) return null;
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
        this.fail("has a $ in a default, where no ${...} may stand: write $$ for a dollar sign");
        return null;
      }
      value.appendByte(byte);
    }
    this.failUnclosed();
    return null;
  }

  private resolve(name: Bytes, fallback: Bytes | null): Part | null {
    if (name.startsWith(RESPONSE) && !this.ofResponse) {
      this.fail("uses ${" + name.toString() + "}, but there is no response yet when request rules run");
      return null;
    }
    if (name.startsWith(REQUEST_HEADERS)) {
      return this.headerPart(Source.RequestHeader, name.slice(REQUEST_HEADERS.length), fallback);
    }
    if (name.startsWith(RESPONSE_HEADERS)) {
      return this.headerPart(Source.ResponseHeader, name.slice(RESPONSE_HEADERS.length), fallback);
    }
    for (let i = 0; i < NAMES.length; i++) {
      if (NAMES[i].equals(name)) return new Part(SOURCES[i], PSEUDO_HEADERS[i], fallback);
    }
    this.fail("uses ${" + name.toString() + "}, which is unknown; there are " + this.knownNames());
    return null;
  }

  private headerPart(source: Source, header: Bytes, fallback: Bytes | null): Part | null {
    if (!isToken(header) || !isLowerCase(header)) {
      this.fail('uses the header "' + header.toString() + '", which is not a header name in lower case');
      return null;
    }
    if (header.equals(SET_COOKIE)) {
      this.fail("uses the header set-cookie, whose lines cannot become one value (RFC 9110 section 5.3)");
      return null;
    }
    const isHost = source == Source.RequestHeader && header.equals(HOST);
    return new Part(source, isHost ? AUTHORITY : header.copy(), fallback);
  }

  private knownNames(): string {
    let names = "request.headers.<name>, ";
    if (this.ofResponse) names += "response.headers.<name>, ";
    for (let i = 0; i < NAMES.length; i++) {
      if (!this.ofResponse && NAMES[i].startsWith(RESPONSE)) continue;
      names += NAMES[i].toString() + (i < NAMES.length - 1 ? ", " : "");
    }
    return names;
  }

  private failUnclosed(): void {
    this.fail("has a ${ without }");
  }

  private fail(error: string): Template | null {
    this.error = error;
    return null;
  }
}
