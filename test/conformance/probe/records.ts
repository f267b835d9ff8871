/** What a probe reports: one log line for each call, in hexadecimal. */
import { type AbiVersion, Status } from "../../../harness/src/abi/index.ts";
import { ENTERED_NUMBER, hostFunctions } from "./functions.ts";
import { type Hook, HOOKS } from "./hooks.ts";

/** Begins every line of a probe. */
export const RECORD_PREFIX = "probe:";

/** A line of a probe. */
export interface ProbeRecord {
  readonly caseNumber: number;
  /** `hook: function -> status out...`, or `hook(arguments)` for the call of a hook. */
  readonly text: string;
}

/** Arguments of a hook that tell something that is the same on every host; others are left out. */
const TOLD: Partial<Record<Hook, readonly number[]>> = {
  requestHeaders: [2],
  requestBody: [1, 2],
  responseHeaders: [2],
  responseBody: [1, 2],
  callResponse: [2],
  grpcMessage: [2],
  grpcClose: [2],
  foreignFunction: [1, 2],
};

/** Reads the line of a probe; undefined for any other line. */
export function parseRecord(message: string, version: AbiVersion = "0_2_1"): ProbeRecord | undefined {
  if (!message.startsWith(RECORD_PREFIX)) return undefined;
  const bytes = Buffer.from(message.slice(RECORD_PREFIX.length), "hex");
  const caseNumber = bytes.readUInt16LE(0);
  const hook = HOOKS[bytes.readUInt8(2)];
  if (hook === undefined) throw new Error(`a probe reported an unknown hook: ${message}`);
  const number = bytes.readUInt16LE(3);
  const status = bytes.readUInt32LE(5);
  const outs = readOuts(bytes);
  if (number === ENTERED_NUMBER) {
    const told = (TOLD[hook] ?? []).map((index) => outs[index]);
    return { caseNumber, text: `${hook}(${told.join(", ")})` };
  }
  const { module, name } = hostFunctions(version)[number]!;
  const outcome = module === "env" ? statusName(status) : `errno ${status}`;
  return { caseNumber, text: [`${hook}: ${name.replace(/^proxy_/, "")} -> ${outcome}`, ...outs].join(" ") };
}

function statusName(status: number): string {
  return Object.entries(Status).find(([, value]) => value === status)?.[0] ?? String(status | 0);
}

function readOuts(bytes: Buffer): string[] {
  const outs: string[] = [];
  let at = 10;
  for (let left = bytes.readUInt8(9); left > 0; left--) {
    const kind = bytes.readUInt8(at++);
    if (kind === 4) outs.push(String(bytes.readUInt32LE(at)));
    if (kind === 5) outs.push(String(bytes.readBigUInt64LE(at)));
    if (kind === 4 || kind === 5) {
      at += kind === 4 ? 4 : 8;
      continue;
    }
    const isNull = bytes.readUInt8(at) === 1;
    const size = bytes.readUInt32LE(at + 1);
    outs.push(isNull ? "null" : JSON.stringify(bytes.toString("latin1", at + 5, at + 5 + size)));
    at += 5 + size;
  }
  return outs;
}
