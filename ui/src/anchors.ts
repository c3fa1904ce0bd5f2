// What a tool is tied to: a ship, which it follows, or a place.

import type { PictureClock } from "./clock";
import { drawnAt, type Fleet, isLost, nameOf } from "./fleet";
import { position } from "./format";
import type { Mover } from "./geo";
import { type Within, within } from "./guard";
import { mercatorLat, mercatorLon } from "./view";

export type Anchor = { mmsi: number } | { lon: number; lat: number };

export class Anchors {
  constructor(private readonly fleet: Fleet, private readonly clock: PictureClock) {}

  /** Where it is now, and how it moves; null for a ship that is no longer on the picture. */
  at(anchor: Anchor): Mover | null {
    if ("lon" in anchor) return { ...anchor, sog: 0, cog: NaN };
    const c = this.fleet.byMmsi.get(anchor.mmsi);
    if (!c) return null;
    const [x, y] = drawnAt(c, this.clock.reckon());
    return { lon: mercatorLon(x), lat: mercatorLat(y), sog: isLost(c) ? 0 : c.sog, cog: c.cog };
  }

  /** Who is within a ring round it; null as above. */
  around(anchor: Anchor, metres: number): Within | null {
    const at = this.at(anchor);
    return at && within(this.fleet, at, metres, this.clock.reckon(), "mmsi" in anchor ? anchor.mmsi : null);
  }

  name(anchor: Anchor): string {
    if ("lon" in anchor) return position(anchor.lat, anchor.lon);
    return nameOf({ mmsi: anchor.mmsi, label: this.fleet.labels.get(anchor.mmsi) });
  }
}

export function write(anchor: Anchor): string {
  return "mmsi" in anchor ? String(anchor.mmsi) : `${anchor.lon.toFixed(5)},${anchor.lat.toFixed(5)}`;
}

export function read(text: string): Anchor | null {
  if (/^\d{1,9}$/.test(text)) return { mmsi: Number(text) };
  const [lon, lat] = text.split(",").map(Number);
  if (lon === undefined || lat === undefined || !(Math.abs(lon) <= 180) || !(Math.abs(lat) <= 85)) return null;
  return { lon, lat };
}

export function same(a: Anchor, b: Anchor): boolean {
  return write(a) === write(b);
}
