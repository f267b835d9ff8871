import { Bytes, BytesBuilder, ConfigObject, ConfigReader } from "proxy-wasm-as-sdk";
import { KeyPart, readKey } from "./key-config";
import { MAX_COUNT, MAX_PERIOD, Rate, seconds } from "./policy";

const MAX_LIMITS: i32 = 16;
const MAX_NAME: i32 = 64;
const MIN_PERIOD: i64 = 1_000_000;
const MAX_KEYS: i64 = 262_144;
const DEFAULT_KEYS: i64 = 16_384;

const MODES: StaticArray<string> = ["enforce", "shadow"];
const SCOPES: StaticArray<string> = ["process", "worker"];
const HEADERS: StaticArray<string> = ["none", "ietf", "x", "both"];
const DEFAULT_HEADERS: i32 = 1;

/** One limit: who is counted together, and how many requests they may make. */
@final
export class LimitConfig {
  /** The limit as an item of `ratelimit-policy`, such as `"per-identity";q=5;w=10`. */
  readonly policy: Bytes;

  constructor(
    /** Letters, digits, `_`, `.` and `-`: safe in header fields, response code details and names of shared data. */
    readonly name: Bytes,
    readonly key: Array<KeyPart>,
    readonly rate: Rate,
    /** Whether it only counts what it would have stopped. */
    readonly isShadow: bool,
    /** Whether each worker counts alone. */
    readonly isPerWorker: bool,
    /** How many keys have a place of their own, at least. */
    readonly maxKeys: i32,
  ) {
    this.policy = new BytesBuilder()
      .append('"')
      .append(name)
      .append('";q=')
      .appendDecimal(rate.requests)
      .append(";w=")
      .appendDecimal(seconds(rate.period))
      .take();
  }
}

/** The configuration of the filter. */
@final
export class RateLimitConfig {
  constructor(
    readonly limits: Array<LimitConfig>,
    /** Whether responses carry `ratelimit` and `ratelimit-policy`. */
    readonly sendsIetf: bool,
    /** Whether responses carry `x-ratelimit-limit`, `x-ratelimit-remaining` and `x-ratelimit-reset`. */
    readonly sendsX: bool,
  ) {}
}

/** Reads the configuration; what is wrong with it is in `reader.errors` afterwards, and the result then unusable. */
export function readConfig(reader: ConfigReader): RateLimitConfig {
  const root = reader.root;
  const limits = new Array<LimitConfig>();
  const list = root.list("limits", MAX_LIMITS);
  if (!list || list.length == 0) root.error("limits", "a list of 1 to 16 limits");
  if (list) {
    for (let i = 0; i < list.length; i++) limits.push(readLimit(list.objectAt(i), limits));
  }
  const headers = root.choice("headers", HEADERS, DEFAULT_HEADERS);
  root.finish();
  return new RateLimitConfig(limits, (headers & 1) != 0, (headers & 2) != 0);
}

function readLimit(limit: ConfigObject, others: Array<LimitConfig>): LimitConfig {
  const name = limit.requiredString("name").copy();
  if (name.length > 0 && !isName(name)) {
    limit.error("name", '1 to 64 letters, digits, "_", "." or "-", a letter or digit first');
  }
  for (let i = 0; i < others.length; i++) {
    if (name.length > 0 && others[i].name == name) limit.error("name", "a name that no other limit has");
  }
  const key = readKey(limit);
  const rate = readRate(limit);
  const isShadow = limit.choice("mode", MODES, 0) == 1;
  const isPerWorker = limit.choice("scope", SCOPES, 0) == 1;
  const maxKeys = limit.integer("max_keys", DEFAULT_KEYS, 1, MAX_KEYS);
  return new LimitConfig(name, key, rate, isShadow, isPerWorker, <i32>maxKeys);
}

function readRate(limit: ConfigObject): Rate {
  const object = limit.requiredObject("rate");
  const requests = object.requiredInteger("requests", 1, MAX_COUNT);
  if (!object.has("per")) object.error("per", 'a duration like "1.5s" from 1ms to 8784h');
  const period = object.duration("per", MIN_PERIOD, MIN_PERIOD, MAX_PERIOD);
  const burst = limit.integer("burst", requests, 1, MAX_COUNT);
  if (Rate.fits(requests, period, burst)) return new Rate(requests, period, burst);
  limit.error("burst", "less: at this rate it would take more than ten years until they are free again");
  return new Rate(1, MIN_PERIOD, 1);
}

function isName(name: Bytes): bool {
  for (let i = 0; i < name.length; i++) {
    const byte = name.at(i);
    const isAlphanumeric = <u32>(byte | 0x20) - 0x61 < 26 || <u32>byte - 0x30 < 10;
    if (!isAlphanumeric && (i == 0 || (byte != 0x5f && byte != 0x2e && byte != 0x2d))) return false;
  }
  return name.length <= MAX_NAME;
}
