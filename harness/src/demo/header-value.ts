/** Looking into header lists. */
import type { HeaderList } from "../model/index.ts";

/** All values of a header, joined by ", "; null when it is absent. */
export function headerValue(headers: HeaderList, name: string): string | null {
  const values = headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
  return values.length > 0 ? values.join(", ") : null;
}
