// What rules do to headers. No host calls: decisions only.

import { Bytes, isFramingField, isSystemField } from "proxy-wasm-as-sdk";
import { HeaderEdits } from "./edits";
import { Source, Template, Variables, isSendable } from "./template";

/** What one rule does. */
export enum Verb {
  Set,
  Append,
  AddIfAbsent,
  RemoveName,
  RemovePrefix,
  RemoveSuffix,
}

/** One rule. */
@final
export class Rule {
  constructor(
    readonly verb: Verb,
    /** The header's name, or the prefix or suffix of names. */
    readonly name: Bytes,
    /** The value; null for removals. */
    readonly value: Template | null,
  ) {}
}

/** The rules of one direction, in the order in which they apply. */
@final
export class Rules {
  /** Whether a rule needs to know what the message brought. */
  readsHeaders: bool = false;
  private readonly rules: Array<Rule> = new Array<Rule>();

  /** `own` is the source of templates that reads the map the rules change. */
  constructor(
    private readonly own: Source,
    private readonly mayTouchSystem: bool,
  ) {}

  /** How many there are. */
  get length(): i32 {
    return this.rules.length;
  }

  /** Appends a rule. */
  add(rule: Rule): void {
    this.rules.push(rule);
    const verb = rule.verb;
    if (verb == Verb.AddIfAbsent || verb == Verb.RemovePrefix || verb == Verb.RemoveSuffix)
      this.readsHeaders = true;
    const value = rule.value;
    if (!value) return;
    for (let i = 0; i < value.parts.length; i++)
      if (value.parts[i].source == this.own) this.readsHeaders = true;
  }

  /**
   * Gives every request header that templates read a place in `names`, from which the caller keeps the values until
   * the response.
   */
  reserveSlots(names: Array<Bytes>): void {
    for (let i = 0; i < this.rules.length; i++) {
      const value = this.rules[i].value;
      if (!value) continue;
      for (let j = 0; j < value.parts.length; j++) {
        const part = value.parts[j];
        if (part.source == Source.RequestHeader) part.slot = slotOf(names, part.text);
      }
    }
  }

  /** Applies the rules to `edits`; returns how many had a value that must not be sent. */
  apply(edits: HeaderEdits, variables: Variables): i32 {
    let refused = 0;
    for (let i = 0; i < this.rules.length; i++) {
      if (!this.applyOne(this.rules[i], edits, variables)) refused++;
    }
    return refused;
  }

  private applyOne(rule: Rule, edits: HeaderEdits, variables: Variables): bool {
    const template = rule.value;
    if (!template) {
      this.remove(rule, edits);
      return true;
    }
    if (rule.verb == Verb.AddIfAbsent && edits.has(rule.name)) return true;
    const value = template.render(variables);
    const isRefused = value ? !isSendable(value) : false;
    if (value && !isRefused) {
      if (rule.verb == Verb.Set) edits.set(rule.name, value);
      else edits.append(rule.name, value);
    } else if (rule.verb == Verb.Set) {
      // What the sender wrote must not stand where the value should: the sender may have caused the lack of it.
      edits.remove(rule.name);
    }
    return !isRefused;
  }

  private remove(rule: Rule, edits: HeaderEdits): void {
    if (rule.verb == Verb.RemoveName) {
      edits.remove(rule.name);
      return;
    }
    for (let i = 0; i < edits.length; i++) {
      const name = edits.nameAt(i);
      if (this.isCovered(name, rule)) edits.removeBrought(name);
    }
    // Rules before this one may have added names that the message did not bring.
    for (let i = 0; i < edits.changes.length; i++) {
      const change = edits.changes[i];
      if (this.isCovered(change.name, rule)) change.clear();
    }
  }

  private isCovered(name: Bytes, rule: Rule): bool {
    const fits = rule.verb == Verb.RemovePrefix ? name.startsWith(rule.name) : name.endsWith(rule.name);
    return fits && !isFramingField(name) && (this.mayTouchSystem || !isSystemField(name));
  }
}

function slotOf(names: Array<Bytes>, name: Bytes): i32 {
  for (let i = 0; i < names.length; i++) if (names[i].equals(name)) return i;
  return names.push(name) - 1;
}
