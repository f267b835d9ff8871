import type { HeaderList } from "./index.ts";

/** Value of header `name` in `headers`, in whatever case it is written; repeated ones joined by ", "; null when absent. */
export function headerValue(headers: HeaderList, name: string): string | null {
  const wanted = name.toLowerCase();
  const values = headers.filter(([one]) => one.toLowerCase() === wanted).map(([, value]) => value);
  return values.length === 0 ? null : values.join(", ");
}
