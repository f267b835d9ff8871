/** One message of the compiler, about a place in a source. */
export interface Diagnostic {
  readonly severity: "error" | "warning" | "info";
  /** As the compiler numbers it: "TS2322", or "AS102" for what the SDK reports. */
  readonly code: string;
  readonly message: string;
  /** Absent for what concerns no single place. Lines and columns count from 1. */
  readonly place?: { readonly file: string; readonly line: number; readonly column: number };
}

const HEADER = /^(ERROR|WARNING|INFO) ((?:AS|TS)\d+): (.*)$/;
const PLACE = /^ *└─ in (.+)\((\d+),(\d+)\)$/;

/** The messages in `text`, what the compiler printed; of several places of a message the first. */
export function parseDiagnostics(text: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const line of text.split("\n")) {
    const [, severity, code, message] = HEADER.exec(line) ?? [];
    const [, file, row, column] = PLACE.exec(line) ?? [];
    const last = found.at(-1);
    if (severity && code && message !== undefined) {
      found.push({ severity: SEVERITIES[severity] ?? "error", code, message });
    } else if (file && last && !last.place) {
      found[found.length - 1] = { ...last, place: { file, line: Number(row), column: Number(column) } };
    }
  }
  return found;
}

const SEVERITIES: Readonly<Record<string, Diagnostic["severity"]>> = {
  ERROR: "error",
  WARNING: "warning",
  INFO: "info",
};

/** `text` without the compiler's count of what it has just shown. */
export function withoutCount(text: string): string {
  return text.replace(/^FAILURE \d+ \w+ error\(s\)$/m, "").trim();
}
