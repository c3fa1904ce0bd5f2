// What a rule measured, against the limits it was set: one row a number, the limit beside it where the two share a name.

import { knots, position, span, utc } from "./format";
import { NAUTICAL_MILE } from "./units";

export interface Measure {
  name: string;
  value: string;
  /** The limit it was held against; empty where it has none of its own. */
  limit: string;
  /** What the limit is, in the rule's words. */
  text: string;
}

type Limit = { name: string; value: unknown; unit: string; text: string };

const NEAR_M = 1852 / 2;
/** Units of evidence that no limit shares its name with; what is in none of these is shown as a plain number. */
const SPEEDS = /^(speed\w*|slowest|closing|implied_speed|relative_speed|mean|made|was|norm|limit|fast)$/;
const METRES = /^(range|least_range|dcpa|distance|gross|net|moved|miss|radius|away|shore|far|inside|run|way|made_good|from|off)$/;
const SECONDS = /^(seconds|tcpa|gap|interval|lasted|stood|eta|due|span|heard_for|silent|began|watched)$/;
const DEGREES = /^(angle|bow|from_bow|bearing|turned|crab_\w+|cog|heading|direction)$/;
const NS = 1e15; // above this a number is a time

function unitOf(name: string, limits: Map<string, Limit>): string {
  const own = limits.get(name)?.unit;
  if (own) return own;
  if (SPEEDS.test(name)) return "m/s";
  if (METRES.test(name)) return "m";
  if (SECONDS.test(name)) return "s";
  return DEGREES.test(name) ? "deg" : "";
}

/** A value in the units of officers: knots, nautical miles, minutes. */
export function said(value: unknown, unit: string): string {
  if (typeof value === "boolean") return value ? "✓" : "–";
  if (Array.isArray(value)) return value.length > 6 ? `${value.length} …` : value.map((v) => said(v, unit)).join(", ");
  if (typeof value !== "number") return String(value).slice(0, 80);
  if (Math.abs(value) > NS) return `${utc(value / 1e6)} UTC`;
  if (unit === "m/s") return knots(value);
  if (unit === "m") return Math.abs(value) < NEAR_M ? `${value.toFixed(0)} m` : `${(value / NAUTICAL_MILE).toFixed(2)} nm`;
  if (unit === "s") return value < 0 ? `−${span(-value)}` : span(value);
  if (unit === "deg") return `${value.toFixed(0)}°`;
  const plain = Number.isInteger(value) ? String(value) : value.toFixed(2);
  return unit && unit !== "1" ? `${plain} ${unit}` : plain;
}

/** Rows of the table: first what has a limit, then what else was measured, then limits that nothing was named after. */
export function measures(evidence: Record<string, unknown>, limits: Limit[]): Measure[] {
  const by = new Map(limits.map((l) => [l.name, l]));
  const words = (name: string) => name.replace(/_/g, " ");
  const paired: Measure[] = [], alone: Measure[] = [];
  for (const [name, value] of Object.entries(evidence)) {
    if (value === null || (typeof value !== "number" && typeof value !== "boolean" && typeof value !== "string")) continue;
    const limit = by.get(name), unit = unitOf(name, by);
    const row = { name: words(name), value: said(value, unit), limit: limit ? said(limit.value, unit) : "", text: limit?.text ?? "" };
    (limit ? paired : alone).push(row);
  }
  const ship = evidence.ship as { lat?: number; lon?: number } | undefined;
  if (typeof ship?.lat === "number") alone.push({ name: "position", value: position(ship.lat, ship.lon), limit: "", text: "" });
  const rest = limits.filter((l) => !(l.name in evidence)).map((l) => ({ name: words(l.name), value: "", limit: said(l.value, l.unit), text: l.text }));
  return [...paired, ...alone, ...rest];
}
