import { Bytes, ConfigObject, decimalText } from "proxy-wasm-as-sdk";
import { isBelow, isUnambiguous } from "./path";
import { Provider } from "./provider";
import { Rule } from "./rule";

const MAX_RULES: i32 = 256;

/** Reads `rules`; every one can match, and names only `providers` there are. */
export function readRules(root: ConfigObject, providers: Array<Provider>): Array<Rule> {
  const rules: Array<Rule> = [];
  const list = root.list("rules", MAX_RULES);
  for (let i = 0; list && i < list.length; i++) {
    const item = list.objectAt(i);
    const prefix = item.requiredString("path_prefix").copy();
    if (prefix.length > 0 && !isRulePath(prefix)) {
      item.error(
        "path_prefix",
        "a path like /a/b, decoded, without parameters, dot segments and trailing slash",
      );
    }
    for (let j = 0; j < rules.length; j++) {
      if (prefix.length == 0 || !isBelow(prefix, rules[j].pathPrefix)) continue;
      item.error(
        "path_prefix",
        "a path that /rules/" + decimalText(j) + " does not cover: the first match decides",
      );
      break;
    }
    const allowsAnonymous = item.bool("allow_anonymous", false);
    rules.push(new Rule(prefix, allowsAnonymous, readProviderSet(item, providers)));
  }
  return rules;
}

/** The bits of the providers that the rule `item` names; of all when it names none. */
function readProviderSet(item: ConfigObject, providers: Array<Provider>): u32 {
  const names = item.list("providers", 32);
  if (!names && !item.has("providers")) return u32.MAX_VALUE;
  let set: u32 = 0;
  if (names && names.length == 0) item.error("providers", "a list of 1 to 32 items");
  for (let i = 0; names && i < names.length; i++) {
    const name = names.stringAt(i, 64);
    const bit = name.length > 0 ? bitOf(name, providers) : 0;
    if (name.length > 0 && bit == 0) names.error(i, "the name of a provider");
    if ((set & bit) != 0) names.error(i, "a name that is not in the list yet");
    set |= bit;
  }
  return set;
}

function bitOf(name: Bytes, providers: Array<Provider>): u32 {
  for (let i = 0; i < providers.length; i++) if (providers[i].name.equals(name)) return providers[i].bit;
  return 0;
}

function isRulePath(path: Bytes): bool {
  if (path.length == 1) return path.at(0) == 0x2f;
  return isUnambiguous(path) && path.indexOf(0x25) < 0 && path.at(path.length - 1) != 0x2f;
}
