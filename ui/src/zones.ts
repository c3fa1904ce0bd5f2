// Zones of the sea as layers: routeing in magenta, other areas quietly, the names where there is room.

import type { Feature, FeatureCollection } from "geojson";
import type { Map as MapLibre } from "maplibre-gl";
import { EMPTY } from "./basemap";
import { fill, show } from "./filled";
import type { Grid } from "./grid";
import { token } from "./palette";
import type { View } from "./view";
import { circle, corridor } from "./zonedraft";

const WAYS = [
  "lane", "separation_zone", "separation_line", "separation_boundary", "roundabout", "inshore_zone", "precautionary",
  "deep_water_route", "two_way_route", "recommended_track", "speed_segment",
];
const NAMED_FROM: Record<string, number> = { lane: 10.5, cable: 11, pipeline: 11, eez: 5, territorial: 6, sector: 8 };
const FILLED = ["separation_zone"];
const MARKED = ["precautionary", "anchorage", "no_anchoring", "restricted", "closed_area", "area", "pilot_boarding", "licensed"];

interface Named {
  name: string;
  kind: string;
  lon: number;
  lat: number;
  direction: number | null;
}

export class ZoneLayer {
  shown = true;
  count = 0;
  /** All zones, as the server has them. */
  features: Feature[] = [];
  private version = "";
  private names: Named[] = [];

  constructor(private readonly map: MapLibre, private readonly view: View) {}

  /** Puts the layers below the ships; once, when the map is there. */
  add(): void {
    this.map.addSource("zones", { type: "geojson", data: EMPTY, tolerance: 0.1 });
    const way = ["in", ["get", "kind"], ["literal", WAYS]] as never;
    const area = ["==", ["geometry-type"], "Polygon"] as never;
    this.map.addLayer({ id: "zone-fill", type: "fill", source: "zones", filter: area,
      paint: { "fill-color": token("--zone-way"), "fill-antialias": false,
        "fill-opacity": ["case", ["in", ["get", "kind"], ["literal", FILLED]], 0.28,
          ["in", ["get", "kind"], ["literal", MARKED]], 0.07, 0.025] } });
    this.map.addLayer({ id: "zone-way", type: "line", source: "zones", filter: way,
      paint: { "line-color": token("--zone-way"), "line-width": 1.2 } });
    this.map.addLayer({ id: "zone-area", type: "line", source: "zones", filter: ["!", way] as never,
      paint: { "line-color": token("--zone-area"), "line-width": 1.1, "line-dasharray": [5, 3] } });
    this.show(this.shown);
  }

  repaint(): void {
    if (!this.map.getLayer("zone-way")) return;
    this.map.setPaintProperty("zone-fill", "fill-color", token("--zone-way"));
    this.map.setPaintProperty("zone-way", "line-color", token("--zone-way"));
    this.map.setPaintProperty("zone-area", "line-color", token("--zone-area"));
  }

  show(on: boolean): void {
    this.shown = on;
    show(this.map, "zones", on && this.count > 0);
  }

  /** Asks the server; zones that did not change are not drawn anew. */
  async load(): Promise<void> {
    const answer = await fetch("api/zones");
    if (!answer.ok) return;
    const text = await answer.text();
    if (text === this.version) return;
    this.version = text;
    const zones = JSON.parse(text) as FeatureCollection;
    this.count = zones.features.length;
    this.features = zones.features;
    this.names = zones.features.map(named).filter((n): n is Named => n !== null);
    fill(this.map, "zones", zones.features.map(drawn), this.shown);
  }

  /** Names and arrows of flow, on the canvas over the map. */
  draw(c: CanvasRenderingContext2D, grid: Grid, font: string, zoom: number): void {
    if (!this.shown) return;
    const { width, height } = this.view.size();
    c.textAlign = "center";
    for (const n of this.names) {
      const x = this.view.xOf(n.lon), y = this.view.yOf(n.lat);
      if (x < 0 || y < 0 || x > width || y > height) continue;
      c.strokeStyle = c.fillStyle = token(WAYS.includes(n.kind) ? "--zone-way" : "--zone-area");
      if (n.direction !== null && zoom > 8) arrow(c, x, y, n.direction, Math.min(9 + (zoom - 8) * 3, 22));
      if (zoom < (NAMED_FROM[n.kind] ?? 9.5) || !n.name) continue;
      c.font = `italic 11px ${font}`;
      const w = c.measureText(n.name).width / 2;
      const top = n.direction === null ? y : y + 20;
      const box = { x0: x - w - 2, y0: top - 9, x1: x + w + 2, y1: top + 5 };
      if (!grid.free(box)) continue;
      grid.mark(box);
      c.fillText(n.name, x, top + 3);
    }
  }
}

/** A zone as it is drawn: a line or point with a width is the area that lies within it. */
function drawn(zone: Feature): Feature {
  const width = parseFloat((zone.properties as { width?: string }).width ?? "");
  const g = zone.geometry;
  if (!(width > 0)) return zone;
  if (g.type === "Point") return { ...zone, geometry: { type: "Polygon", coordinates: [circle(g.coordinates as [number, number], width)] } };
  if (g.type === "LineString") return { ...zone, geometry: { type: "Polygon", coordinates: [corridor(g.coordinates as [number, number][], width)] } };
  return zone;
}

/** An arrow that shows which way a lane flows, as charts have it. */
function arrow(c: CanvasRenderingContext2D, x: number, y: number, direction: number, size: number): void {
  c.save();
  c.translate(x, y);
  c.rotate((direction * Math.PI) / 180);
  c.globalAlpha = 0.75;
  c.lineWidth = 1.4;
  c.beginPath();
  const w = size * 0.22, head = size * 0.55;
  c.moveTo(-w, size);
  c.lineTo(-w, -head * 0.3);
  c.lineTo(-w * 2.3, -head * 0.3);
  c.lineTo(0, -size);
  c.lineTo(w * 2.3, -head * 0.3);
  c.lineTo(w, -head * 0.3);
  c.lineTo(w, size);
  c.stroke();
  c.restore();
}

function named(feature: Feature): Named | null {
  const flat = feature.geometry ? points(feature.geometry) : [];
  if (flat.length === 0) return null;
  const p = feature.properties as { name?: string; kind?: string; direction?: string | null };
  const direction = p.direction ? parseFloat(p.direction) : NaN;
  const [lon, lat] = middle(flat, feature.geometry.type === "LineString");
  const name = /^[a-z_]+ \d+$/.test(p.name ?? "") ? "" : (p.name ?? ""); // a number out of an import is no name
  return { name, kind: p.kind ?? "area", lon, lat, direction: Number.isFinite(direction) ? direction : null };
}

function points(geometry: Feature["geometry"]): [number, number][] {
  if (geometry.type === "Point") return [geometry.coordinates as [number, number]];
  if (geometry.type === "LineString") return geometry.coordinates as [number, number][];
  if (geometry.type === "Polygon") return (geometry.coordinates[0] ?? []) as [number, number][];
  return [];
}

/** Centre of gravity of a ring, the middle vertex of a line. */
function middle(flat: [number, number][], line: boolean): [number, number] {
  const half = flat[flat.length >> 1] as [number, number];
  if (line || flat.length < 4) return half;
  let area = 0, x = 0, y = 0;
  flat.forEach((p, k) => {
    const q = flat[(k + 1) % flat.length] as [number, number];
    const cross = p[0] * q[1] - q[0] * p[1];
    area += cross;
    x += (p[0] + q[0]) * cross;
    y += (p[1] + q[1]) * cross;
  });
  return Math.abs(area) < 1e-12 ? half : [x / (3 * area), y / (3 * area)];
}
