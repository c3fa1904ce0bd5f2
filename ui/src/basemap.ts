// The base map: land out of one local file, coast line, the selected ship's track; no tiles, no glyphs, no net.

import type { FeatureCollection, MultiLineString, MultiPolygon, Point } from "geojson";
import type { GeoJSONSource, Map as MapLibre, StyleSpecification } from "maplibre-gl";
import { token } from "./palette";

interface LandFile {
  scale: number;
  strait: [number, number, number, number];
  region: [number, number, number, number];
  polygons: number[][][];
}

export type PortFile = FeatureCollection<Point, { name: string; size: "L" | "M" | "S" | "V" }>;

/** The coarse part reaches 0.005 degree into the fine one and is simplified by half of that. */
const CUT = 0.008;

export const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

export function style(): StyleSpecification {
  return {
    version: 8,
    sources: {
      land: { type: "geojson", data: EMPTY, tolerance: 0.2, buffer: 16, maxzoom: 13 },
      coast: { type: "geojson", data: EMPTY, tolerance: 0.2, buffer: 16, maxzoom: 13 },
      track: { type: "geojson", data: EMPTY, tolerance: 0.1 },
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": token("--sea") } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": token("--land"), "fill-antialias": false } },
      { id: "coast", type: "line", source: "coast", paint: { "line-color": token("--coast"), "line-width": 1 } },
      {
        id: "track", type: "line", source: "track", filter: ["!", ["get", "gap"]],
        layout: { "line-join": "round", "line-cap": "round" },
        paint: { "line-color": token("--track"), "line-width": 1.8 },
      },
      {
        id: "track-gap", type: "line", source: "track", filter: ["get", "gap"],
        paint: { "line-color": token("--track"), "line-width": 1.4, "line-dasharray": [2, 3] },
      },
    ],
  };
}

export function repaint(map: MapLibre): void {
  map.setPaintProperty("sea", "background-color", token("--sea"));
  map.setPaintProperty("land", "fill-color", token("--land"));
  map.setPaintProperty("coast", "line-color", token("--coast"));
  map.setPaintProperty("track", "line-color", token("--track"));
  map.setPaintProperty("track-gap", "line-color", token("--track"));
}

function ring(flat: number[], scale: number): [number, number][] {
  const out: [number, number][] = [];
  let x = 0;
  let y = 0;
  for (let k = 0; k + 1 < flat.length; k += 2) {
    x += flat[k] as number;
    y += flat[k + 1] as number;
    out.push([x / scale, y / scale]);
  }
  if (out[0]) out.push(out[0]);
  return out;
}

/** Whether a step lies along the edge of a clipping box: such a step is a cut, not a coast. */
function isCut(a: [number, number], b: [number, number], boxes: number[][]): boolean {
  const near = (p: number, q: number) => Math.abs(p - q) < CUT;
  return boxes.some(([w, s, e, n]) =>
    [w, e].some((x) => near(a[0], x as number) && near(b[0], x as number)) ||
    [s, n].some((y) => near(a[1], y as number) && near(b[1], y as number)));
}

export function readLand(file: LandFile): { land: MultiPolygon; coast: MultiLineString } {
  const boxes = [file.strait, file.region];
  const land: [number, number][][][] = [];
  const coast: [number, number][][] = [];
  for (const polygon of file.polygons) {
    const rings = polygon.map((flat) => ring(flat, file.scale));
    land.push(rings);
    for (const points of rings) {
      let line: [number, number][] = [];
      points.forEach((point, k) => {
        const before = points[k - 1];
        if (before && isCut(before, point, boxes)) {
          if (line.length > 1) coast.push(line);
          line = [];
        }
        line.push(point);
      });
      if (line.length > 1) coast.push(line);
    }
  }
  return { land: { type: "MultiPolygon", coordinates: land }, coast: { type: "MultiLineString", coordinates: coast } };
}

/** Draws the land; what it is made of, for who asks where water is. */
export async function loadLand(map: MapLibre): Promise<MultiPolygon> {
  const answer = await fetch("basemap/land.json");
  if (!answer.ok) throw new Error(`the base map could not be read: ${answer.status}`);
  const { land, coast } = readLand((await answer.json()) as LandFile);
  await (map.getSource("land") as GeoJSONSource).setData({ type: "Feature", properties: {}, geometry: land });
  await (map.getSource("coast") as GeoJSONSource).setData({ type: "Feature", properties: {}, geometry: coast });
  return land;
}

export async function loadPorts(): Promise<PortFile["features"]> {
  const answer = await fetch("basemap/ports.json");
  return answer.ok ? ((await answer.json()) as PortFile).features : [];
}
