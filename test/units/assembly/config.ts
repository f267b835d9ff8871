import { Bytes, BytesBuilder } from "../../../sdk-shim/assembly/bytes";
import { ConfigReader, formatDuration, parseDuration } from "../../../sdk-shim/assembly/config";

const MODES: StaticArray<string> = ["enforce", "shadow"];

/** Reads a made-up configuration with every getter; returns what was read, then the errors, a line each. */
export function read(config: ArrayBuffer): ArrayBuffer {
  const reader = ConfigReader.parse(Bytes.fromBuffer(config));
  const root = reader.root;
  const out = new BytesBuilder();
  out.append(root.string("realm", "default")).append(" ");
  out.append(root.requiredString("name", 20)).append(" ");
  const optional = root.optionalString("optional");
  out.append(optional ? optional.toString() : "null").append(" ");
  const secret = root.secret("secret", 16);
  out.append(secret ? "secret" : "null").append(" ");
  out.append(root.bool("strict", true) ? "true " : "false ");
  out.appendDecimal(root.integer("limit", 10, 1, 1000)).append(" ");
  out.appendDecimal(root.has("required") ? root.requiredInteger("required", 0, 5) : -1).append(" ");
  out.append(root.number("factor", 0.5, 0, 1.5) == 0.25 ? "quarter " : "half ");
  out.appendDecimal(root.duration("timeout", 200000000, 1000000, 60000000000)).append(" ");
  out.appendDecimal(root.percent("share", 5)).append(" ");
  out.appendDecimal(root.choice("mode", MODES, 0)).append(" ");
  const names = root.stringList("names", 3, 8);
  for (let i = 0; i < names.length; i++) out.append(names[i]).append(",");
  const keys = root.secretList("keys");
  out.appendDecimal(keys.length).append(" ");
  const codes = root.list("codes");
  if (codes)
    for (let i = 0; i < codes.length; i++) out.appendDecimal(codes.integerAt(i, 200, 599)).append(";");
  const providers = root.list("providers");
  if (providers) {
    for (let i = 0; i < providers.length; i++) {
      const provider = providers.objectAt(i);
      out.append(provider.requiredString("issuer")).append("|");
      const cache = provider.object("cache");
      if (cache) out.appendDecimal(cache.integer("size", 1, 0)).append("|");
    }
  }
  const labels = root.object("labels");
  if (labels)
    for (let i = 0; i < labels.length; i++) out.append(labels.string(labels.keyAt(i), "")).append("+");
  if (root.has("upstream")) out.append(root.requiredObject("upstream").requiredString("host"));
  if (root.has("check")) root.error("check", "something else");
  root.finish();
  out.append(reader.ok() ? "ok" : "refused");
  for (let i = 0; i < reader.errors.length; i++) out.append("\n").append(reader.errors[i].toString());
  return out.take().copy().buffer;
}

export function duration(text: ArrayBuffer): ArrayBuffer {
  const nanoseconds = parseDuration(Bytes.fromBuffer(text));
  const out = new BytesBuilder().appendDecimal(nanoseconds);
  if (nanoseconds >= 0) out.append(" ").append(formatDuration(nanoseconds));
  return out.copy().buffer;
}
