/** Shorthand for tables of cases. */
import type { Case } from "../case.ts";
import type { Call, Hook } from "../probe/index.ts";

/** What the call of a hook reports, for requests as most cases send them: GET, answered with a short body. */
const ENTERED: Partial<Record<Hook, string>> = {
  requestHeaders: "requestHeaders(1)",
  responseHeaders: "responseHeaders(0)",
};

/** What a hook reports when it is entered. */
function entered(hook: Hook): string {
  return ENTERED[hook] ?? `${hook}()`;
}

/**
 * Makes a case of calls in one hook.
 *
 * @param results what each call reports, without the hook; and observations as they are (they hold ": ")
 */
export function inHook(
  hook: Hook,
): (says: string, calls: readonly Call[], results: readonly string[], more?: Partial<Case>) => Case {
  return (says, calls, results, more = {}) => ({
    says,
    program: { [hook]: calls },
    ...more,
    expect: [
      entered(hook),
      ...results.map((text, index) => (index < calls.length ? `${hook}: ${text}` : text)),
    ],
  });
}
