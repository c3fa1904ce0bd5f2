// The numbers behind an alert. The unit is in the name, as everywhere in selat: `cpa_m`, `duration_s`, `speed_mps`.

import { degrees, knots, span, utc } from "./format";
import { NAUTICAL_MILE } from "./units";

const NEAR_M = 185;
const LONGEST = 80;

function metres(value: number): string {
  return Math.abs(value) < NEAR_M ? `${value.toFixed(0)} m` : `${(value / NAUTICAL_MILE).toFixed(2)} nm`;
}

const UNITS: [RegExp, (value: number) => string][] = [
  [/_(time_)?ms$/, (v) => `${utc(v)} UTC`],
  [/_mps$/, (v) => knots(v)],
  [/_kn$/, (v) => `${v.toFixed(1)} kn`],
  [/_deg$/, (v) => degrees(v)],
  [/_nm$/, (v) => `${v.toFixed(2)} nm`],
  [/_min$/, (v) => span(v * 60)],
  [/_m$/, metres],
  [/_s$/, (v) => span(v)],
];

function plain(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : value.toFixed(2);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Name and value of each piece of evidence, in words. */
export function describe(evidence: Record<string, unknown> | null | undefined): [string, string][] {
  return Object.entries(evidence ?? {})
    .filter(([, value]) => value !== null && value !== undefined && typeof value !== "object") // tracks are for machines
    .map(([key, value]) => {
      const unit = typeof value === "number" ? UNITS.find(([ending]) => ending.test(key)) : undefined;
      const name = (unit ? key.replace(unit[0], "") : key).replace(/[_-]/g, " ");
      return [name, unit ? unit[1](value as number) : plain(value)];
    });
}
