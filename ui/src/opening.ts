// Where the map opens: at home, or where this sea's ships are when none of them is near home.

import type { LngLatBounds, Map as MapLibre } from "maplibre-gl";
import type { Fleet } from "./fleet";
import { recall } from "./settings";

/** West, south, east, north in degrees. */
export type Box = [number, number, number, number];

const OUTLIERS = 0.02; // of the ships at each side may lie outside: a wrong position shall not make an ocean of it
const LEAST_DEG = 0.3;
const CLOSEST = 11; // zoom
/** The address, or who sent the link, says where to look; asked before the map writes its own place there. */
const TOLD = /^#\d/.test(location.hash) || ["ship", "at"].some((key) => recall(key) !== null);

export class Opening {
  private done = TOLD;

  constructor(private readonly map: MapLibre, private readonly fleet: Fleet, private readonly usual: Box) {}

  /** All ships of the sea have come: look at them, once. */
  came(): void {
    if (this.done || this.fleet.size === 0) return;
    this.done = true;
    const box = this.home();
    if (box !== this.usual) this.go(0, box);
  }

  go(ms: number, box = this.home()): void {
    this.map.fitBounds(box, { duration: ms, padding: box === this.usual ? 0 : 40, maxZoom: box === this.usual ? 17 : CLOSEST });
  }

  /** The usual place when any ship is there or none is anywhere, else around the ships. */
  private home(): Box {
    const [west, south, east, north] = this.usual;
    const lons: number[] = [], lats: number[] = [];
    for (const c of this.fleet.contacts) {
      const { lon, lat } = c;
      if (!Number.isFinite(lon) || !Number.isFinite(lat)) continue;
      if (lon >= west && lon <= east && lat >= south && lat <= north) return this.usual;
      lons.push(lon);
      lats.push(lat);
    }
    if (!lons.length) return this.usual;
    const limits = this.map.getMaxBounds() as LngLatBounds | null;
    const [w, e] = span(lons, limits?.getWest() ?? -180, limits?.getEast() ?? 180);
    const [s, n] = span(lats, limits?.getSouth() ?? -85, limits?.getNorth() ?? 85);
    return w < e && s < n ? [w, s, e, n] : this.usual;
  }
}

/** From where to where nearly all of them lie, not too narrow, within limits. */
function span(values: number[], least: number, most: number): [number, number] {
  values.sort((a, b) => a - b);
  const at = (share: number) => values[Math.round(share * (values.length - 1))] as number;
  const low = at(OUTLIERS), high = at(1 - OUTLIERS);
  const more = Math.max(LEAST_DEG - (high - low), 0) / 2;
  return [Math.max(low - more, least), Math.min(high + more, most)];
}
