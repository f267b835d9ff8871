import {
  Action,
  Bytes,
  Context,
  HttpFilter,
  JsonValue,
  LogLevel,
  NetworkFilter,
  Plugin,
  Status,
  log,
  parseJson,
} from "proxy-wasm-as-sdk";

/** The lists of steps by hook; without any when the text is no JSON. */
export class Script {
  private readonly root: JsonValue | null;

  constructor(text: Bytes) {
    this.root = parseJson(text).value;
  }

  /** Whether there is a script at all. */
  get isPresent(): bool {
    return this.root !== null;
  }

  /** The steps for `hook`; null when there are none. */
  steps(hook: string): JsonValue | null {
    const root = this.root;
    return root ? root.get(Bytes.of(hook)) : null;
  }
}

/** Where steps are played: the hook's owner and arguments, and what the hook will return. */
export class Stage {
  filter: HttpFilter | null = null;
  connection: NetworkFilter | null = null;
  plugin: Plugin | null = null;
  action: Action = Action.Continue;
  accepted: bool = true;

  constructor(
    readonly context: Context,
    readonly size: i32,
    readonly endOfStream: bool,
  ) {}
}

/** One step: its name and arguments. What is missing is empty or 0. */
export class Step {
  constructor(private readonly value: JsonValue) {}

  get name(): string {
    return this.text(0).toString();
  }

  /** Argument `index`, counted from 1; null when there is none. */
  at(index: i32): JsonValue | null {
    return this.value.at(index);
  }

  text(index: i32): Bytes {
    const value = this.value.at(index);
    return value ? value.text : Bytes.EMPTY;
  }

  number(index: i32, fallback: i64 = 0): i64 {
    const value = this.value.at(index);
    return value ? value.integer : fallback;
  }
}

/** Logs one outcome for the test to read. */
export function report(outcome: string): void {
  log(LogLevel.Info, "report: " + outcome);
}

/** How a value is reported. */
export function shown(value: Bytes | null): string {
  return value ? "=" + value.toString() : "absent";
}

/** How a status is reported. */
export function named(status: Status): string {
  if (status == Status.Ok) return "Ok";
  if (status == Status.NotFound) return "NotFound";
  if (status == Status.BadArgument) return "BadArgument";
  if (status == Status.CasMismatch) return "CasMismatch";
  if (status == Status.ParseFailure) return "ParseFailure";
  if (status == Status.InternalFailure) return "InternalFailure";
  return "status " + status.toString();
}
