// A first line for a searcher, so that nobody begins with an empty field: the route of who is overdue, the way of the drift, or a
// barrier across it.

import { ahead, leg } from "../geo";
import type { Places } from "./shape";
import type { State } from "./state";

export const LINES = ["TSR", "TSN", "BS", "OS"];

/** The line as fields take it. */
export function lineText(places: Places): string {
  return places.map(([lat, lon]) => `${part(lat, "NS", 2)} ${part(lon, "EW", 3)}`).join("; ");
}

function part(value: number, letters: string, wide: number): string {
  const thousandths = Math.round(Math.abs(value) * 60_000);
  const minutes = ((thousandths % 60_000) / 1000).toFixed(3).padStart(6, "0");
  return `${String(Math.floor(thousandths / 60_000)).padStart(wide, "0")}-${minutes}${letters[value < 0 ? 1 : 0]}`;
}

/** What a searcher of that pattern could follow between two times (ms); empty where there is nothing to go by. */
export function proposed(state: State, kind: string, begin: number, end: number): string {
  const route = state.open?.form.scenarios.find((s) => s.kind === "route");
  if ((kind === "TSR" || kind === "TSN") && route) return String(route.place ?? "").split("\n").map((p) => p.trim()).filter(Boolean).join("; ");
  const rows = state.rows;
  const at = (ms: number) => rows.reduce((best, row) => (Math.abs(row.time_ms - ms) < Math.abs(best.time_ms - ms) ? row : best), rows[0] as (typeof rows)[0]);
  if (rows.length < 2) return "";
  const a = at(begin), b = at(end);
  if (a === b || kind === "OS") return "";
  const way = leg(a.lon, a.lat, b.lon, b.lat);
  if (kind === "BS") { // what most have yet to come by when a boat may be there, an hour on, as wide as they lie then
    const c = at(begin + Math.min(3_600_000, (end - begin) / 3));
    const [lon, lat] = ahead(c.lon, c.lat, way.bearing, c.r90);
    const one = ahead(lon, lat, way.bearing + 90, c.r90), two = ahead(lon, lat, way.bearing - 90, c.r90);
    return lineText([[one[1], one[0]], [two[1], two[0]]]);
  }
  const back = ahead(a.lon, a.lat, way.bearing + 180, a.r50), on = ahead(b.lon, b.lat, way.bearing, b.r50);
  return lineText([[back[1], back[0]], [on[1], on[0]]]);
}
