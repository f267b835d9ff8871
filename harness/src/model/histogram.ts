/** What filters recorded in a histogram, over all workers. */
export interface Histogram {
  /** How many values. */
  readonly count: number;
  /**
   * The values, smallest first, and how often each came. Of more than two digits the first two are kept, the others are 0:
   * Envoy's histograms know no more.
   */
  readonly values: readonly (readonly [value: number, count: number])[];
}
