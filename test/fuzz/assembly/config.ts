// Readers of configurations.

import { Bytes, ConfigList, ConfigObject, ConfigReader } from "proxy-wasm-as-sdk";
import { readAuthConfig } from "../../../filters/auth/assembly/config";
import { readConfig as readCanary } from "../../../filters/canary/assembly/config";
import { HeaderRewriteConfig } from "../../../filters/header-rewrite/assembly/config";
import { readConfig as readRateLimit } from "../../../filters/rate-limit/assembly/config";
import { input, out } from "./frame";

const MODES: StaticArray<string> = ["enforce", "shadow", "off"];

/** `ok`, or the errors, one a line. */
function report(reader: ConfigReader): void {
  out.append(reader.ok() ? "ok" : "refused");
  for (let i = 0; i < reader.errors.length; i++) out.append("\n").append(reader.errors[i].toString());
}

export function authConfig(): void {
  const reader = ConfigReader.parse(input);
  readAuthConfig(reader);
  report(reader);
}

export function canaryConfig(): void {
  const reader = ConfigReader.parse(input);
  readCanary(reader);
  report(reader);
}

export function headerRewriteConfig(): void {
  const reader = ConfigReader.parse(input);
  HeaderRewriteConfig.read(reader);
  report(reader);
}

export function rateLimitConfig(): void {
  const reader = ConfigReader.parse(input);
  readRateLimit(reader);
  report(reader);
}

/** Reads with every getter there is. */
export function reader(): void {
  const reader = ConfigReader.parse(input);
  const root = reader.root;
  readTexts(root);
  readNumbers(root);
  const list = root.list("items", 6);
  if (list) readList(list);
  const codes = root.list("codes");
  for (let i = -1; codes && i < codes.length; i++) out.appendDecimal(codes.integerAt(i, 200, 599));
  const labels = root.object("labels");
  for (let i = -1; labels && i <= labels.length; i++) out.append(labels.string(labels.keyAt(i), ""));
  const inner = root.requiredObject("inner");
  out.append(inner.requiredString("host")).appendDecimal(inner.requiredInteger("port", 1, 65535));
  if (root.has("check")) root.error("check", "something else");
  const any = root.json("any");
  if (any) out.appendDecimal(any.length).append(any.numberText);
  root.finish();
  out.append("\n");
  report(reader);
}

function readTexts(root: ConfigObject): void {
  out.append(root.string("realm", "default")).append(root.requiredString("name", 20));
  const optional = root.optionalString("optional");
  out.append(optional ? optional : Bytes.EMPTY);
  out.append(root.secret("secret", 16) ? "secret" : "none");
  const names = root.stringList("names", 3, 8);
  for (let i = 0; i < names.length; i++) out.append(names[i]);
  out.appendDecimal(root.secretList("keys").length).appendDecimal(root.choice("mode", MODES, 0));
}

function readNumbers(root: ConfigObject): void {
  out.append(root.bool("strict", true) ? "true" : "false");
  out.appendDecimal(root.integer("limit", 10, 1, 1000)).appendDecimal(root.integer("any_limit", 0));
  out.appendDecimal(reinterpret<i64>(root.number("factor", 0.5, 0, 1.5)));
  out.appendDecimal(reinterpret<i64>(root.number("any_factor", 0)));
  out.appendDecimal(root.duration("timeout", 200000000, 1000000, 60000000000));
  out.appendDecimal(root.duration("any_timeout", 0)).appendDecimal(root.percent("share", 5));
}

function readList(list: ConfigList): void {
  for (let i = -1; i <= list.length; i++) {
    const item = list.objectAt(i);
    out.append(item.requiredString("issuer")).append(list.stringAt(i, 12));
    const cache = item.object("cache");
    if (cache) out.appendDecimal(cache.integer("size", 1, 0));
    const json = list.jsonAt(i);
    if (json) out.append(json.text);
  }
}
