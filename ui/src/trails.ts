// Where ships have been in the last minutes: a thin line behind each, out of what this page has heard.

import type { Feature } from "geojson";
import type { Map as MapLibre } from "maplibre-gl";
import { EMPTY } from "./basemap";
import { fill } from "./filled";
import { type Fleet, isMoored } from "./fleet";
import { token } from "./palette";

const LEAST_MS = 15_000; // between two points of a trail
const MOST = 5000; // more ships than this have no trails: a chart of lines shows nothing
const GAP_MS = 360_000;
const GONE = 50; // trails of ships that are off the map; more are let go

interface Trail {
  times: number[];
  points: [number, number][];
}

export class Trails {
  /** Length in seconds; 0 shows none. */
  seconds = 0;
  /** Drawn now. */
  lines = 0;
  private readonly byShip = new Map<number, Trail>();
  private drawn = 0;

  constructor(private readonly map: MapLibre, private readonly fleet: Fleet) {}

  add(): void {
    this.map.addSource("trails", { type: "geojson", data: EMPTY, tolerance: 0.2, buffer: 8 });
    this.map.addLayer({ id: "trails", type: "line", source: "trails", layout: { "line-join": "round", visibility: "none" },
      paint: { "line-color": token("--trail"), "line-width": 1, "line-opacity": 0.65 } });
  }

  repaint(): void {
    if (this.map.getLayer("trails")) this.map.setPaintProperty("trails", "line-color", token("--trail"));
  }

  clear(): void {
    this.byShip.clear();
    this.drawn = 0;
  }

  /** Takes the newest fix of each ship; kept also while hidden, so that they are there when asked for. */
  heard(keepMs = 3_600_000): void {
    if (this.fleet.size > MOST) return;
    if (this.byShip.size > this.fleet.size + GONE) {
      for (const mmsi of [...this.byShip.keys()]) if (!this.fleet.byMmsi.has(mmsi)) this.byShip.delete(mmsi);
    }
    for (const c of this.fleet.contacts) {
      if (isMoored(c) || !(c.sog >= 0.5)) continue;
      let trail = this.byShip.get(c.mmsi);
      if (!trail) this.byShip.set(c.mmsi, (trail = { times: [], points: [] }));
      const last = trail.times[trail.times.length - 1] ?? -Infinity;
      if (c.fixMs - last < LEAST_MS) continue;
      trail.times.push(c.fixMs);
      trail.points.push([c.lon, c.lat]);
      if (c.fixMs - (trail.times[0] ?? 0) > keepMs) {
        trail.times.shift();
        trail.points.shift();
      }
    }
  }

  /** Draws at most every five seconds, and at once when the length changed. */
  draw(nowMs: number, now = false): void {
    const wall = performance.now();
    if (!now && (this.seconds === 0 || wall - this.drawn < 5000)) return;
    this.drawn = wall;
    const lines: [number, number][][] = [];
    if (this.seconds > 0) {
      for (const [mmsi, trail] of this.byShip) {
        const c = this.fleet.byMmsi.get(mmsi);
        if (!c || c.hidden) continue;
        let run: [number, number][] = [];
        trail.times.forEach((time, k) => {
          if (time < nowMs - this.seconds * 1000 || time > nowMs + 1000) return;
          if (run.length > 0 && time - (trail.times[k - 1] ?? time) > GAP_MS) {
            if (run.length > 1) lines.push(run);
            run = [];
          }
          run.push(trail.points[k] as [number, number]);
        });
        if (c.fixMs <= nowMs + 1000) run.push([c.lon, c.lat]);
        if (run.length > 1) lines.push(run);
      }
    }
    this.lines = lines.length;
    const all: Feature = { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: lines } };
    fill(this.map, "trails", lines.length > 0 ? [all] : []);
  }
}
