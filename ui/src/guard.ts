// Who is within a ring round a ship or place: how many, and who is nearest.

import { drawnAt, type Fleet } from "./fleet";
import { leg, type Mover } from "./geo";
import { NAUTICAL_MILE } from "./units";
import { mercatorLat, mercatorLon } from "./view";

const AID = 3; // classes of stations and marks begin here; one that calls for help is no mark
const BEACON = 6;

export interface Within {
  count: number;
  nearest: number | null;
  /** To the nearest. */
  metres: number;
}

/** Ships (no stations, no marks, none that the filter hides) within `metres` of a place; `but` is the ship in the middle. */
export function within(fleet: Fleet, at: Mover, metres: number, reckonMs: number, but: number | null): Within {
  const found: Within = { count: 0, nearest: null, metres: Infinity };
  // A box first, in degrees, somewhat larger than the ring: an ellipsoid is worked out for few.
  const reach = (metres / NAUTICAL_MILE / 60) * 1.02, wide = reach / Math.max(Math.cos((at.lat * Math.PI) / 180), 0.01);
  for (const c of fleet.contacts) {
    if (c.hidden || c.mmsi === but || (c.cls >= AID && c.cls !== BEACON)) continue;
    const [x, y] = drawnAt(c, reckonMs), lon = mercatorLon(x), lat = mercatorLat(y);
    if (Math.abs(lat - at.lat) > reach || Math.abs(lon - at.lon) > wide) continue;
    const away = leg(at.lon, at.lat, lon, lat).metres;
    if (away > metres) continue;
    found.count += 1;
    if (away < found.metres) [found.nearest, found.metres] = [c.mmsi, away];
  }
  return found;
}
