/** The filter that stands in for those around the one under test; its source says what it does. */
export const NEIGHBOUR = { filter: "test/filters/assembly/neighbour.ts" } as const;

/** A neighbour that answers requests with a header `x-answer` itself. */
export const ANSWERING_NEIGHBOUR = { ...NEIGHBOUR, name: "answering", config: "answers" } as const;
