// The map of the rescue page: base map, regions that hold 50, 90 and 95 %, and where to look.

import type { FeatureCollection } from "geojson";
import { addProtocol, type GeoJSONSource, Map as MapLibre, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { EMPTY, loadLand, prepare, repaint, style } from "../basemap";
import { token } from "../palette";
import type { State } from "./state";

const HOME: [number, number, number, number] = [101.2, 1.9, 102.6, 2.9];
const LEVELS = ["95", "90", "50"] as const;
const FILL: Record<string, number> = { "95": 0.07, "90": 0.09, "50": 0.16 };
const WIDTH: Record<string, number> = { "95": 1.2, "90": 1.6, "50": 2.2 };

export class RescueMap {
  readonly map: MapLibre;
  loaded = false;
  private drawn = -1;

  constructor(private readonly state: State, private readonly failed: (reason: string) => void) {
    prepare({ setWorkerUrl, addProtocol }, workerUrl);
    this.map = new MapLibre({
      container: "map", style: style(), bounds: HOME, attributionControl: false, fadeDuration: 0, minZoom: 3, maxZoom: 17,
      dragRotate: false, touchPitch: false, pitchWithRotate: false, keyboard: false, renderWorldCopies: false,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.on("load", () => this.begin());
    state.on(["times", "instant", "case"], () => this.regions());
  }

  private begin(): void {
    this.map.addSource("regions", { type: "geojson", data: EMPTY, tolerance: 0 });
    for (const level of LEVELS) {
      const filter = ["==", ["get", "level"], level] as never;
      this.map.addLayer({ id: `fill-${level}`, type: "fill", source: "regions", filter,
        paint: { "fill-color": token("--region"), "fill-opacity": FILL[level] ?? 0.1, "fill-antialias": false } });
      this.map.addLayer({ id: `line-${level}`, type: "line", source: "regions", filter,
        paint: { "line-color": token("--region"), "line-width": WIDTH[level] ?? 1,
          ...(level === "95" ? { "line-dasharray": [3, 2] } : {}) } });
    }
    this.loaded = true;
    this.regions();
    loadLand(this.map).catch((e: unknown) => this.failed(String(e)));
  }

  recolour(): void {
    if (!this.loaded) return;
    repaint(this.map);
    for (const level of LEVELS) {
      this.map.setPaintProperty(`fill-${level}`, "fill-color", token("--region"));
      this.map.setPaintProperty(`line-${level}`, "line-color", token("--region"));
    }
  }

  /** Regions of the time that is shown; drawn anew only where another one is. */
  private regions(): void {
    if (!this.loaded) return;
    const [k, share] = this.state.at();
    const near = share > 0.5 ? k + 1 : k;
    const row = this.state.rows[near];
    const key = row ? row.time_ms + row.r90 : 0;
    if (key === this.drawn) return;
    this.drawn = key;
    const features: FeatureCollection["features"] = row ? LEVELS.map((level) => ({
      type: "Feature", properties: { level },
      geometry: { type: "MultiPolygon", coordinates: polygons(row.regions[level].rings) },
    })) : [];
    void (this.map.getSource("regions") as GeoJSONSource).setData({ type: "FeatureCollection", features });
  }

  /** Shows all of the drift, or the beginnings. */
  fit(): void {
    const points: [number, number][] = this.state.start.slice();
    for (const row of this.state.rows) points.push(...(row.regions["95"].rings[0] ?? []));
    for (const task of this.state.plan?.tasks ?? []) points.push(...task.area.corners.map(([lat, lon]) => [lon, lat] as [number, number]));
    if (points.length === 0) return;
    const lon = points.map((p) => p[0]), lat = points.map((p) => p[1]);
    this.map.fitBounds([Math.min(...lon), Math.min(...lat), Math.max(...lon), Math.max(...lat)],
      { padding: { top: 40, bottom: 40, left: 40, right: 40 }, maxZoom: 13, duration: 400 });
  }
}

/** Rings to polygons: counterclockwise ones are outer rings, clockwise ones are holes of that which they lie in. */
function polygons(rings: [number, number][][]): [number, number][][][] {
  const closed = rings.filter((r) => r.length > 2).map((r) => [...r, r[0] as [number, number]]);
  const outer = closed.filter((r) => size(r) > 0).map((r) => [r]);
  for (const hole of closed.filter((r) => size(r) < 0)) {
    const home = outer.find((o) => contains(o[0] as [number, number][], hole[0] as [number, number]));
    home?.push(hole);
  }
  return outer;
}

function size(ring: [number, number][]): number {
  let twice = 0;
  for (let k = 1; k < ring.length; k++) {
    const [ax, ay] = ring[k - 1] as [number, number], [bx, by] = ring[k] as [number, number];
    twice += ax * by - bx * ay;
  }
  return twice;
}

function contains(ring: [number, number][], [x, y]: [number, number]): boolean {
  let inside = false;
  for (let k = 1; k < ring.length; k++) {
    const [ax, ay] = ring[k - 1] as [number, number], [bx, by] = ring[k] as [number, number];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
