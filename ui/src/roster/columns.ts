// Columns of the fleet table: what a cell says, how rows are ordered by it, and what goes into a file.

import { CATEGORIES, type Contact, isLost, isMoored } from "../fleet";
import { AGE_OLD } from "../feed";
import { degrees, latitude, longitude, span } from "../format";
import { t } from "../stats/words";

export interface Column {
  key: string;
  wide: number; // px
  right?: boolean;
  /** What rows are ordered by; null goes last in either direction. */
  value(c: Contact, nowMs: number): string | number | null;
  /** What the cell says. */
  text(c: Contact, nowMs: number): string;
  /** What a file holds; `value` where there is none. */
  file?(c: Contact, nowMs: number): string | number | null;
}

const CLASSES = ["–", "A", "B", "base", "aid", "SAR", "beacon"];
const ALERTS = ["", "caution", "warning", "alarm", "emergency"];
const NONE = "–";

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Seconds since she was heard. */
export function ageOf(c: Contact, nowMs: number): number {
  return Math.max(0, (nowMs - c.fixMs) / 1000);
}

export function stateOf(c: Contact): "lost" | "moored" | "moving" | "still" {
  return isLost(c) ? "lost" : isMoored(c) ? "moored" : c.sog >= 0.5 ? "moving" : "still";
}

const fixed = (value: number, decimals: number) => (Number.isFinite(value) ? value.toFixed(decimals) : NONE);
const words = (key: string, wide: number, of: (c: Contact) => string | null | undefined): Column => ({
  key, wide, value: (c) => of(c)?.trim() || null, text: (c) => of(c)?.trim() || NONE,
});

export const COLUMNS: Column[] = [
  words("name", 180, (c) => c.label?.name),
  { key: "mmsi", wide: 106, value: (c) => c.mmsi, text: (c) => String(c.mmsi).padStart(9, "0") },
  { key: "type", wide: 140, value: (c) => t(`cat.${CATEGORIES[c.category] ?? "unknown"}`), text: (c) => t(`cat.${CATEGORIES[c.category] ?? "unknown"}`),
    file: (c) => CATEGORIES[c.category] ?? "unknown" },
  { key: "sog", wide: 104, right: true, value: (c) => known(c.sog), text: (c) => fixed(c.sog, 1) },
  { key: "cog", wide: 84, right: true, value: (c) => known(c.cog), text: (c) => degrees(c.cog) },
  { key: "status", wide: 100, value: (c) => t(`s.${stateOf(c)}`), text: (c) => t(`s.${stateOf(c)}`), file: (c) => stateOf(c) },
  { key: "age", wide: 104, right: true, value: (c, now) => Math.round(ageOf(c, now)), text: (c, now) => (c.age >= AGE_OLD ? "> " : "") + span(ageOf(c, now)) },
  { key: "length", wide: 106, right: true, value: (c) => c.label?.length_m ?? null, text: (c) => fixed(c.label?.length_m ?? NaN, 0) },
  { key: "flag", wide: 78, value: (c) => midOf(c.mmsi), text: (c) => midOf(c.mmsi) ?? NONE },
  { key: "alert", wide: 100, value: (c) => c.alert || null, text: (c) => (c.alert ? t(ALERTS[c.alert] ?? "") : ""), file: (c) => ALERTS[c.alert] ?? "" },
  words("callsign", 130, (c) => c.label?.callsign),
  { key: "imo", wide: 92, value: (c) => c.label?.imo ?? null, text: (c) => String(c.label?.imo ?? NONE) },
  { key: "lat", wide: 116, right: true, value: (c) => known(c.lat), text: (c) => latitude(c.lat), file: (c) => Number(c.lat.toFixed(6)) },
  { key: "lon", wide: 124, right: true, value: (c) => known(c.lon), text: (c) => longitude(c.lon), file: (c) => Number(c.lon.toFixed(6)) },
  { key: "hdg", wide: 96, right: true, value: (c) => known(c.hdg), text: (c) => degrees(c.hdg) },
  { key: "beam", wide: 92, right: true, value: (c) => c.label?.beam_m ?? null, text: (c) => fixed(c.label?.beam_m ?? NaN, 0) },
  { key: "class", wide: 70, value: (c) => CLASSES[c.cls] ?? NONE, text: (c) => CLASSES[c.cls] ?? NONE },
];
export const FIRST = ["name", "mmsi", "type", "sog", "cog", "status", "age", "length", "flag", "alert"];

/** Country code (MID) of a vessel's number. */
export function midOf(mmsi: number): string | null {
  const text = String(mmsi).padStart(9, "0");
  return /^[2-7]/.test(text) ? text.slice(0, 3) : null;
}

/** Rows in order of a column; ships that say nothing go last, equal ones by their number: the order is always the same. */
export function ordered(rows: Contact[], column: Column, down: boolean, nowMs: number): Contact[] {
  const keyed = rows.map((c) => ({ c, v: column.value(c, nowMs) }));
  const collator = new Intl.Collator(undefined, { numeric: true });
  const sign = down ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.v === null || b.v === null) return Number(a.v === null) - Number(b.v === null) || a.c.mmsi - b.c.mmsi;
    const by = typeof a.v === "number" && typeof b.v === "number" ? a.v - b.v : collator.compare(String(a.v), String(b.v));
    return sign * by || a.c.mmsi - b.c.mmsi;
  });
  return keyed.map(({ c }) => c);
}
