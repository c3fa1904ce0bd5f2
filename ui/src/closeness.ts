// How near ships in view will pass each other: what decides, among names that do not all fit, after alerts and watch list.

import { type Contact, drawnAt, isLost } from "./fleet";
import { KNOT } from "./units";

/** Passing at most this far apart, m, and within this time, s: what an officer looks at before it is an alert. */
export const NEAR_M = 1852;
export const SOON_S = 900;
const STILL_KN = 0.5;
/** Pairs that are worked out at once; a fuller picture is looked at for a shorter time ahead. */
const MOST_PAIRS = 200_000;
const LEAST_S = 60;

interface Moving {
  mmsi: number;
  x: number; // m east and north of the first
  y: number;
  u: number; // m/s
  v: number;
}

/** Metres at the closest approach of each moving ship to the other that she will pass nearest; ships that pass nobody are left out. */
export function closest(ships: Contact[], reckonMs: number): Map<number, number> {
  const moving: Moving[] = [];
  let fastest = 0;
  for (const c of ships) {
    if (c.cls >= 3 || !(c.sog >= STILL_KN) || !Number.isFinite(c.cog) || isLost(c)) continue;
    const [mx, my] = drawnAt(c, reckonMs);
    const speed = c.sog * KNOT, course = (c.cog * Math.PI) / 180;
    // Metres by each ship's own scale: in a strait two ships that can meet have the same latitude to a thousandth.
    moving.push({ mmsi: c.mmsi, x: mx / c.perMetre, y: -my / c.perMetre, u: Math.sin(course) * speed, v: Math.cos(course) * speed });
    fastest = Math.max(fastest, speed);
  }
  moving.sort((a, b) => a.x - b.x);
  let ahead = SOON_S;
  while (ahead > LEAST_S && pairs(moving, reach(fastest, ahead)) > MOST_PAIRS) ahead /= 2;
  const found = new Map<number, number>();
  const far = reach(fastest, ahead);
  let first = 0;
  for (let k = 0; k < moving.length; k++) {
    const a = moving[k] as Moving;
    while ((moving[first] as Moving).x < a.x - far) first += 1;
    for (let j = first; j < k; j++) {
      const b = moving[j] as Moving;
      const x = b.x - a.x, y = b.y - a.y;
      if (y > far || y < -far) continue;
      const u = b.u - a.u, v = b.v - a.v, square = u * u + v * v;
      const when = square > 0 ? -(x * u + y * v) / square : 0;
      if (when < 0 || when > ahead) continue; // drawing apart, or too far ahead
      const metres = Math.hypot(x + u * when, y + v * when);
      if (metres > NEAR_M) continue;
      if (metres < (found.get(a.mmsi) ?? Infinity)) found.set(a.mmsi, metres);
      if (metres < (found.get(b.mmsi) ?? Infinity)) found.set(b.mmsi, metres);
    }
  }
  return found;
}

function reach(fastest: number, seconds: number): number {
  return 2 * fastest * seconds + NEAR_M;
}

/** How many pairs lie within a reach from west to east. */
function pairs(moving: Moving[], far: number): number {
  let n = 0, first = 0;
  for (let k = 0; k < moving.length; k++) {
    while ((moving[first] as Moving).x < (moving[k] as Moving).x - far) first += 1;
    n += k - first;
  }
  return n;
}
