import { Bytes, Pairs } from "proxy-wasm-as-sdk";
import { HeaderEdits } from "../../../filters/header-rewrite/assembly/edits";
import { formatTime } from "../../../filters/header-rewrite/assembly/formats";
import { Rule, Rules, Verb } from "../../../filters/header-rewrite/assembly/policy";
import { Part, Source, Template, Variables } from "../../../filters/header-rewrite/assembly/template";
import { TemplateParser } from "../../../filters/header-rewrite/assembly/template-parser";
import { input, number, out, part, rest, tell } from "./frame";

const ROUTE = Bytes.of("route");
const NAMES: StaticArray<Bytes> = [Bytes.of("x-a"), Bytes.of("x-b"), Bytes.of("cookie"), Bytes.of("x-")];

/** Headers come from the edits, a few placeholders have no value. */
class Values extends Variables {
  constructor(private readonly edits: HeaderEdits) {
    super();
  }

  get(part: Part): Bytes | null {
    if (part.source == Source.Time) return null;
    if (part.source == Source.RouteName || part.source == Source.SourceAddress) return ROUTE;
    return this.edits.combined(part.text);
  }
}

/** What a template comes to over the headers behind it, or what is wrong with it. */
export function template(): void {
  const parser = new TemplateParser(part(), input.at(0) != 0x2b);
  const template: Template | null = parser.parse();
  if (!template) {
    out.append("!").append(parser.expected);
    return;
  }
  const edits = new HeaderEdits(new Pairs(rest()));
  tell(template.render(new Values(edits)));
}

/** Rules, five bytes for their verbs and names, and the map they are applied to; then what is to be written. */
export function rules(): void {
  const verbs = part();
  const text = part();
  const rules = new Rules(Source.RequestHeader, (verbs.length & 1) == 1);
  for (let i = 0; i < min(verbs.length, 12); i++) {
    const verb = <Verb>(verbs.at(i) % 6);
    const name = NAMES[(verbs.at(i) >> 4) & 3];
    const value: Template | null = verb >= Verb.RemoveName ? null : new TemplateParser(text, false).parse();
    if (value || verb >= Verb.RemoveName) rules.add(new Rule(verb, name, value));
  }
  const edits = new HeaderEdits(new Pairs(rest()));
  out.appendDecimal(rules.apply(edits, new Values(edits)));
  for (let i = 0; i < edits.changes.length; i++) {
    const change = edits.changes[i];
    out
      .append("\n")
      .appendDecimal(i32(edits.isVoid(change)))
      .append(change.name);
    for (let j = 0; j < change.added.length; j++) tell(change.added[j]);
  }
}

export function time(): void {
  out.append(formatTime(number(0)));
}
