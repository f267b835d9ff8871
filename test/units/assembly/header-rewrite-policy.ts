import { Bytes, BytesBuilder, Pairs, withoutPort } from "proxy-wasm-as-sdk";
import { HeaderEdits } from "../../../filters/header-rewrite/assembly/edits";
import { formatTime } from "../../../filters/header-rewrite/assembly/formats";
import { Rule, Rules, Verb } from "../../../filters/header-rewrite/assembly/policy";
import { Part, Source, Template, Variables } from "../../../filters/header-rewrite/assembly/template";
import { TemplateParser } from "../../../filters/header-rewrite/assembly/template-parser";

/** Answers each placeholder with its own description; headers come from the edits, `x-none` and `time` are absent. */
class Described extends Variables {
  constructor(private readonly edits: HeaderEdits) {
    super();
  }

  get(part: Part): Bytes | null {
    if (part.source == Source.Time) return null;
    if (part.source == Source.RouteName) return Bytes.of("route");
    if (part.source == Source.SourceAddress) return Bytes.of(" 192.0.2.1 ");
    return this.edits.combined(part.text);
  }
}

let edits = new HeaderEdits(null);
let rules = new Rules(Source.RequestHeader, false);

/** Begins a case with the map that `pairs` encodes. */
export function begin(pairs: ArrayBuffer, mayTouchSystem: bool): void {
  edits = new HeaderEdits(new Pairs(Bytes.fromBuffer(pairs)));
  rules = new Rules(Source.RequestHeader, mayTouchSystem);
}

/** Adds a rule; false when its template is wrong. */
export function addRule(verb: i32, name: ArrayBuffer, value: ArrayBuffer): bool {
  const removes = verb >= <i32>Verb.RemoveName;
  let template: Template | null = null;
  if (!removes) template = new TemplateParser(Bytes.fromBuffer(value), false).parse();
  rules.add(new Rule(<Verb>verb, Bytes.fromBuffer(name), template));
  return removes || template !== null;
}

/** Applies the rules; returns how many were refused. */
export function apply(): i32 {
  return rules.apply(edits, new Described(edits));
}

/** The values of `name` as the rules see them, each behind its length in four bytes. */
export function values(name: ArrayBuffer): ArrayBuffer {
  const text = new BytesBuilder();
  const values = edits.values(Bytes.fromBuffer(name));
  for (let i = 0; i < values.length; i++) {
    const size = values[i].length;
    text
      .appendByte(<u8>size)
      .appendByte(<u8>(size >> 8))
      .appendByte(<u8>(size >> 16))
      .appendByte(<u8>(size >> 24));
    text.append(values[i]);
  }
  return text.copy().buffer;
}

/** What is to be written: `-name`, `=name` or `+name` and how many values, one change per line. */
export function changes(): string {
  let text = "";
  for (let i = 0; i < edits.changes.length; i++) {
    const change = edits.changes[i];
    if (edits.isVoid(change)) continue;
    const sign = change.keeps ? "+" : change.added.length > 0 ? "=" : "-";
    text += sign + change.name.toString() + " " + change.added.length.toString() + "\n";
  }
  return text;
}

/** How many changes are to be written. */
export function countChanges(): i32 {
  let count = 0;
  for (let i = 0; i < edits.changes.length; i++) count += i32(!edits.isVoid(edits.changes[i]));
  return count;
}

/** What `template` comes to: null when absent. */
export function render(template: ArrayBuffer): ArrayBuffer | null {
  const parsed = new TemplateParser(Bytes.fromBuffer(template), true).parse();
  if (!parsed) return null;
  const value = parsed.render(new Described(edits));
  return value ? value.copy().buffer : null;
}

/** What the parser expects instead of `template`; empty when it is right. */
export function expected(template: ArrayBuffer, ofResponse: bool): string {
  const parser = new TemplateParser(Bytes.fromBuffer(template), ofResponse);
  const parsed: Template | null = parser.parse();
  return parsed ? "" : parser.expected;
}

export function time(milliseconds: f64): string {
  return formatTime(<i64>milliseconds * 1_000_000 + 999_999).toString();
}

export function address(text: ArrayBuffer): string {
  return withoutPort(Bytes.fromBuffer(text)).toString();
}
