// Numbers for people: knots, nautical miles, degrees and minutes, UTC.

import { t } from "./i18n";
import { KNOT } from "./units";


const NONE = "–";

export function two(n: number): string {
  return String(Math.floor(n)).padStart(2, "0");
}

export function knots(mps: number | null | undefined): string {
  return mps === null || mps === undefined || Number.isNaN(mps) ? NONE : `${(mps / KNOT).toFixed(1)} kn`;
}

export function kn(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(1)} kn` : NONE;
}

export function degrees(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  return `${String(Math.round(value) % 360).padStart(3, "0")}°`;
}

function minutes(value: number, wide: number, decimals: number): string {
  const whole = Math.round(Math.abs(value) * 60 * 10 ** decimals) / 10 ** decimals;
  const deg = Math.floor(whole / 60 + 1e-9);
  const min = Math.max(0, whole - deg * 60).toFixed(decimals);
  return `${String(deg).padStart(wide, "0")}°${min.padStart(decimals ? decimals + 3 : 2, "0")}′`;
}

export function latitude(value: number, decimals = 2): string {
  return minutes(value, 2, decimals) + (value < 0 ? "S" : "N");
}

export function longitude(value: number, decimals = 2): string {
  return minutes(value, 3, decimals) + (value < 0 ? "W" : "E");
}

export function position(lat: number | null | undefined, lon: number | null | undefined): string {
  if (lat === null || lat === undefined || lon === null || lon === undefined) return NONE;
  return Number.isFinite(lat) && Number.isFinite(lon) ? `${latitude(lat)} ${longitude(lon)}` : NONE;
}

export function utc(ms: number, seconds = true): string {
  const d = new Date(ms);
  if (Number.isNaN(d.getTime())) return "--:--";
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}${seconds ? `:${two(d.getUTCSeconds())}` : ""}`;
}

export function utcDate(ms: number): string {
  const d = new Date(ms);
  return Number.isNaN(d.getTime()) ? "" : `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`;
}

export function local(ms: number): string {
  const d = new Date(ms);
  return Number.isNaN(d.getTime()) ? "--:--" : `${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** The browser's zone at that time, such as UTC+8. */
export function zone(ms: number): string {
  const off = -new Date(ms).getTimezoneOffset();
  if (!Number.isFinite(off)) return "";
  const sign = off < 0 ? "−" : "+";
  const rest = Math.abs(off) % 60;
  return `UTC${sign}${Math.floor(Math.abs(off) / 60)}${rest ? `:${two(rest)}` : ""}`;
}

/** A length of time in at most two units. */
export function span(seconds: number): string {
  if (!Number.isFinite(seconds)) return NONE;
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return s < 600 && s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${two((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

export function shipType(code: number | null | undefined): string {
  if (code === null || code === undefined || code === 0) return NONE;
  const known: Record<number, string> = {
    30: "type.fishing", 31: "type.towing", 32: "type.towing", 33: "type.dredger", 34: "type.diving",
    35: "type.military", 36: "type.sailing", 37: "type.pleasure", 50: "type.pilot", 51: "type.sar",
    52: "type.tug", 53: "type.tender", 54: "type.pollution", 55: "type.law", 58: "type.medical",
  };
  const tens: Record<number, string> = {
    2: "type.wig", 4: "type.fast", 6: "type.passenger", 7: "type.cargo", 8: "type.tanker", 9: "type.other",
  };
  const key = known[code] ?? tens[Math.floor(code / 10)];
  return key ? `${t(key)} (${code})` : String(code);
}
