import { type Target, differs } from "./target.ts";

const CONNECTIONS = 3;
const MOST_EVENTS = 200;
const NO_ACTION = 9;
/** What is reported of the filter by kind of event; none for its beginning and end. */
const HOOKS = ["", "n", "d", "u", "c", "e", "o", "l", ""];

/** A filter hears of its connection from its beginning to its end; a connection without one does not pass. */
function check(input: Buffer, output: Buffer): string | undefined {
  const living = new Set<number>();
  let wanted = "";
  for (let at = 0; at < Math.min(input.length, 4 * MOST_EVENTS); at += 4) {
    const kind = (input[at] ?? 0) % 9;
    const id = 2 + ((input[at + 1] ?? 0) % CONNECTIONS);
    const isPaused = ((input[at + 2] ?? 0) & 0x80) !== 0;
    if (kind === 0) living.add(id);
    if (living.has(id) && HOOKS[kind]) wanted += `${HOOKS[kind]}${id}`;
    const action = !living.has(id) || isPaused ? 1 : 0;
    wanted += ` ${kind >= 1 && kind <= 3 ? action : kind === 6 ? 1 : NO_ACTION}\n`;
    if (kind === 8) living.delete(id);
  }
  return differs(wanted, output);
}

/** An event: what the host does to which connection, and what the filter does then. */
const event = (kind: number, id: number, act = 0, more = 0): number[] => [kind, id, act, more];

export const networkTargets: readonly Target[] = [
  {
    name: "connections",
    seeds: [
      [0, 1, 2, 3, 5, 4, 6, 7, 8].flatMap((kind) => event(kind, 0)),
      [0, 1, 2, 3, 5, 4, 6, 7, 8].flatMap((kind) => [1, 2].flatMap((id) => event(kind, id, 0x80 + 12, 200))),
      [0, 2, 2, 2, 4, 2, 6, 8, 2].flatMap((kind, index) => event(kind, 0, index, 1)),
      [1, 2, 3, 4, 5, 6, 7, 8].flatMap((kind) => event(kind, 2)),
      Array.from({ length: 7 }, (_, act) => [
        ...event(0, act),
        ...event(2, act, act),
        ...event(3, act, act + 8),
      ]).flat(),
    ].map((bytes) => Buffer.from(bytes)),
    words: Array.from({ length: 9 }, (_, kind) => Buffer.from(event(kind, 0, 0x82, 0))),
    check,
  },
];
