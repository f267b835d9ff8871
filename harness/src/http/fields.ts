import type { OutgoingHttpHeaders } from "node:http";
import type { HeaderList } from "../model/index.ts";

/** Names and values one after the other, as Node gives them, as a list; names in lower case. */
export function fieldsOf(raw: readonly string[]): HeaderList {
  return Array.from(
    { length: raw.length / 2 },
    (_, i) => [raw[2 * i]?.toLowerCase() ?? "", raw[2 * i + 1] ?? ""] as const,
  );
}

/** `list` in a form that has no order between names: a repeated name, in lower case, with all its values. */
export function groupedFields(list: HeaderList): OutgoingHttpHeaders {
  const fields: Record<string, string[]> = {};
  for (const [name, value] of list) (fields[name.toLowerCase()] ??= []).push(value);
  return fields;
}

/** Whether `fields` has `name`, which is in lower case. */
export function hasField(fields: HeaderList, name: string): boolean {
  return fields.some(([one]) => one.toLowerCase() === name);
}
