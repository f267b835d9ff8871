// The configuration: read, checked, refused.

import {
  Bytes,
  ConfigList,
  ConfigObject,
  ConfigReader,
  JsonKind,
  decimalText,
  isFramingField,
  isSystemField,
  isToken,
} from "proxy-wasm-as-sdk";
import { isLowerCase, isSystemPrefix } from "./names";
import { Rule, Rules, Verb } from "./policy";
import { Source, Template } from "./template";
import { TemplateParser } from "./template-parser";

/** Rules of one direction. */
const MAX_RULES: i32 = 128;
/** Bytes of a header's name. */
const MAX_NAME_LENGTH: i32 = 256;
/** Characters of a template. */
const MAX_VALUE_LENGTH: i32 = 2048;

const ONE_VERB = 'an object with exactly one of "set", "append", "add_if_absent", "remove"';
const ONE_PATTERN = 'an object with exactly one of "name", "prefix", "suffix"';

/** What one configuration of the filter says. */
@final
export class HeaderRewriteConfig {
  /** Names of the request headers whose values response rules need, in the order of the slots. */
  readonly kept: Array<Bytes> = new Array<Bytes>();

  constructor(
    readonly request: Rules,
    readonly response: Rules,
  ) {
    response.reserveSlots(this.kept);
  }

  /** Reads the configuration; what is wrong with it is in `reader.errors`, and the result then incomplete. */
  static read(reader: ConfigReader): HeaderRewriteConfig {
    const root = reader.root;
    const allowSystem = root.bool("allow_system", false);
    if (!root.has("request") && !root.has("response"))
      root.error("request", 'at least one rule here or in "response"');
    const request = readRules(root, "request", Source.RequestHeader, allowSystem);
    const response = readRules(root, "response", Source.ResponseHeader, allowSystem);
    root.finish();
    return new HeaderRewriteConfig(request, response);
  }
}

function readRules(root: ConfigObject, key: string, own: Source, allowSystem: bool): Rules {
  const rules = new Rules(own, allowSystem);
  const list = root.list(key, MAX_RULES);
  if (!list) return rules;
  if (list.length == 0) root.error(key, "at least one rule");
  for (let i = 0; i < list.length; i++) {
    const rule = new RuleReader(own == Source.ResponseHeader, allowSystem).read(list, i);
    if (rule) rules.add(rule);
  }
  return rules;
}

/** Reads one rule. */
@final
class RuleReader {
  constructor(
    private readonly ofResponse: bool,
    private readonly allowSystem: bool,
  ) {}

  /** The rule at `index` of `list`; null when it is wrong. */
  read(list: ConfigList, index: i32): Rule | null {
    const rule = list.objectAt(index);
    const sets = rule.has("set");
    const appends = rule.has("append");
    const addsIfAbsent = rule.has("add_if_absent");
    const removes = rule.has("remove");
    if (i32(sets) + i32(appends) + i32(addsIfAbsent) + i32(removes) != 1) {
      if (isObject(list, index)) list.error(index, ONE_VERB);
      return null;
    }
    if (sets) return this.readValue(rule.requiredObject("set"), Verb.Set);
    if (appends) return this.readValue(rule.requiredObject("append"), Verb.Append);
    if (addsIfAbsent) return this.readValue(rule.requiredObject("add_if_absent"), Verb.AddIfAbsent);
    return this.readRemove(rule);
  }

  private readValue(object: ConfigObject, verb: Verb): Rule | null {
    const name = this.readName(object, "name");
    const value = this.readTemplate(object);
    return name && value ? new Rule(verb, name, value) : null;
  }

  private readTemplate(object: ConfigObject): Template | null {
    const text = object.optionalString("value");
    if (!text) {
      if (!object.has("value")) object.error("value", "a string");
      return null;
    }
    if (countCharacters(text) > MAX_VALUE_LENGTH) {
      object.error("value", "a string of at most " + decimalText(MAX_VALUE_LENGTH) + " characters");
      return null;
    }
    const parser = new TemplateParser(text, this.ofResponse);
    const template = parser.parse();
    if (!template) object.error("value", parser.expected);
    return template;
  }

  private readRemove(rule: ConfigObject): Rule | null {
    const object = rule.requiredObject("remove");
    const byName = object.has("name");
    const byPrefix = object.has("prefix");
    const bySuffix = object.has("suffix");
    if (i32(byName) + i32(byPrefix) + i32(bySuffix) != 1) {
      if (rule.object("remove")) rule.error("remove", ONE_PATTERN);
      return null;
    }
    const key = byName ? "name" : byPrefix ? "prefix" : "suffix";
    const verb = byName ? Verb.RemoveName : byPrefix ? Verb.RemovePrefix : Verb.RemoveSuffix;
    const name = this.readName(object, key);
    return name ? new Rule(verb, name, null) : null;
  }

  /** The name, prefix or suffix at `key`; null when there is none that a rule may touch. */
  private readName(object: ConfigObject, key: string): Bytes | null {
    const name = object.requiredString(key, MAX_NAME_LENGTH);
    if (name.length == 0) return null;
    if (!isToken(name) || !isLowerCase(name)) {
      object.error(key, "a header name in lower case (RFC 9110 section 5.1)");
      return null;
    }
    if (isFramingField(name)) {
      object.error(key, "a header that is not for routing, framing or the connection");
      return null;
    }
    const isSystem = key == "prefix" ? isSystemPrefix(name) : isSystemField(name);
    if (isSystem && !this.allowSystem) {
      object.error(key, 'no x-envoy-*, x-forwarded-* or forwarded header without "allow_system": true');
      return null;
    }
    return name.copy();
  }
}

/** How many characters UTF-8 `text` has: what JSON Schema counts. */
function countCharacters(text: Bytes): i32 {
  let count = 0;
  for (let i = 0; i < text.length; i++) if ((text.at(i) & 0xc0) != 0x80) count++;
  return count;
}

function isObject(list: ConfigList, index: i32): bool {
  const value = list.jsonAt(index);
  return value !== null && value.kind == JsonKind.Object;
}
