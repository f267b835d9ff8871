/** Bars with ranges, as SVG that takes its colours from the page. */
import { escape } from "./escape.ts";
import type { Spread } from "../results.ts";

/** One bar. */
export interface Bar {
  readonly label: string;
  readonly value: Spread;
  /** Class of the bar: `own`, `floor` or `other`. */
  readonly kind: "own" | "floor" | "other";
}

const WIDTH = 720;
const LABELS = 110;
const VALUES = 150;
const ROW = 26;
const AXIS = 28;

/** A bar from 0 to the median of each entry, and a line over its range. */
export function barChart(title: string, unit: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value.max), 1e-9);
  const step = niceStep(most);
  const end = Math.ceil(most / step) * step;
  const x = (value: number): number => LABELS + (Math.max(value, 0) / end) * (WIDTH - LABELS - VALUES);
  const height = bars.length * ROW + AXIS;
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step);
  const grid = ticks.map((tick) => {
    const at = x(tick).toFixed(1);
    const bottom = bars.length * ROW;
    return `<line class="grid" x1="${at}" x2="${at}" y1="0" y2="${bottom + 4}"/>
<text class="tick" x="${at}" y="${bottom + 18}">${format(tick)}</text>`;
  });
  return `<figure><figcaption>${escape(title)} <span>${escape(unit)}</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(`${title}, ${unit}`)}">
${[...grid, ...bars.map((bar, row) => barRow(bar, row * ROW, x))].join("\n")}
</svg></figure>`;
}

function barRow({ label, value, kind }: Bar, top: number, x: (value: number) => number): string {
  const middle = top + ROW / 2;
  const [low, median, high] = [x(value.min), x(value.median), x(value.max)].map((at) => at.toFixed(1));
  const range = `${format(value.min)} to ${format(value.max)}`;
  return `<g class="${kind}"><title>${escape(label)}: ${format(value.median)}, ${range}</title>
<text class="label" x="${LABELS - 8}" y="${middle + 4}">${escape(label)}</text>
<rect x="${LABELS}" y="${top + 5}" width="${(Number(median) - LABELS).toFixed(1)}" height="${ROW - 10}" rx="2"/>
<path class="range" d="M${low} ${middle}H${high}M${low} ${middle - 4}v8M${high} ${middle - 4}v8"/>
<text class="value" x="${Number(high) + 8}" y="${middle + 4}">${format(value.median)}
<tspan class="spread">${format(value.min)}..${format(value.max)}</tspan></text></g>`;
}

/** 1, 2 or 5 times a power of ten, so that 0 to `most` has four to nine steps. */
function niceStep(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most / 4));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => most / step <= 8) ?? 10 * power;
}

function format(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}
