// The tracks and reports behind an alert, on the map, while its evidence is open.

import type { Feature } from "geojson";
import type { Map as MapLibre } from "maplibre-gl";
import { EMPTY } from "./basemap";
import type { Explanation } from "./deeds";
import { fill } from "./filled";
import { token } from "./palette";

export class Slice {
  /** Points drawn now. */
  points = 0;

  constructor(private readonly map: MapLibre) {}

  add(): void {
    this.map.addSource("slice", { type: "geojson", data: EMPTY, tolerance: 0.05 });
    this.map.addLayer({ id: "slice-way", type: "line", source: "slice", filter: ["==", ["geometry-type"], "LineString"],
      layout: { "line-join": "round", visibility: "none" }, paint: { "line-color": token("--accent"), "line-width": 2.2 } });
    this.map.addLayer({ id: "slice-row", type: "circle", source: "slice", filter: ["==", ["geometry-type"], "Point"], layout: { visibility: "none" },
      paint: { "circle-radius": 3.4, "circle-color": token("--sea"), "circle-stroke-color": token("--accent"), "circle-stroke-width": 1.6 } });
  }

  repaint(): void {
    if (!this.map.getLayer("slice-way")) return;
    this.map.setPaintProperty("slice-way", "line-color", token("--accent"));
    this.map.setPaintProperty("slice-row", "circle-stroke-color", token("--accent"));
    this.map.setPaintProperty("slice-row", "circle-color", token("--sea"));
  }

  /** Shows what belongs to an alert, and brings it into view left of the sheet; null takes it off. */
  show(found: Explanation | null, right = 0): void {
    const features: Feature[] = [];
    const all: [number, number][] = [];
    for (const track of found?.tracks ?? []) {
      const coordinates = track.points.map((p): [number, number] => [p[1], p[2]]);
      all.push(...coordinates);
      if (coordinates.length > 1) features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } });
    }
    for (const row of found?.reports ?? []) {
      if (row.lon === null || row.lat === null) continue;
      all.push([row.lon, row.lat]);
      features.push({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [row.lon, row.lat] } });
    }
    this.points = all.length;
    fill(this.map, "slice", features);
    if (all.length === 0) return;
    const lons = all.map((p) => p[0]), lats = all.map((p) => p[1]);
    const box: [number, number, number, number] = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
    this.map.fitBounds(box, { padding: { top: 60, bottom: 60, left: 60, right: 60 + right }, maxZoom: 13, duration: 700 });
  }
}
