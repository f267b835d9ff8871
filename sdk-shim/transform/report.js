// Messages in the compiler's own manner: with file, line and column, and the compiler's exit code.

import { DiagnosticCategory, DiagnosticMessage } from "assemblyscript";

const USER_DEFINED = 102; // DiagnosticCode.User_defined_0

function report(program, category, range, text, relatedRange) {
  const message = DiagnosticMessage.create(USER_DEFINED, category);
  message.message = text;
  message.range = range;
  if (relatedRange) message.relatedRange = relatedRange;
  program.diagnostics.push(message);
}

/** Refuses the module because of what stands at `range`; `relatedRange` is shown too. */
export function reportError(program, range, text, relatedRange) {
  report(program, DiagnosticCategory.Error, range, text, relatedRange);
}

/** Warns of what stands at `range`. */
export function reportWarning(program, range, text) {
  report(program, DiagnosticCategory.Warning, range, text);
}
