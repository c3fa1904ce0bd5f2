// The base map: land as vector tiles out of local files, the selected ship's track; no tile server, no glyphs, no net.
// scripts/make_tiles.py cuts the tiles and says what a file holds: one a zoom level, read when that level is first seen.

import type { FeatureCollection, MultiPolygon, Point } from "geojson";
import type { Map as MapLibre, StyleSpecification } from "maplibre-gl";
import { token } from "./palette";

interface LandFile {
  scale: number;
  polygons: number[][][];
}

export type PortFile = FeatureCollection<Point, { name: string; size: "L" | "M" | "S" | "V" }>;

export const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

const FIRST = 2;
const LAST = 11; // beyond it the tiles of this level are drawn larger
const REGION: [number, number, number, number] = [88, -12, 126, 24];
const MAGIC = 0x31544c53;
const SCHEME = "land";

export function style(): StyleSpecification {
  return {
    version: 8,
    sources: {
      land: { type: "vector", tiles: [`${SCHEME}://{z}/{x}/{y}`], minzoom: FIRST, maxzoom: LAST, bounds: REGION },
      track: { type: "geojson", data: EMPTY, tolerance: 0.1 },
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": token("--sea") } },
      {
        id: "land", type: "fill", source: "land", "source-layer": "land",
        paint: { "fill-color": token("--land"), "fill-antialias": false },
      },
      {
        id: "coast", type: "line", source: "land", "source-layer": "coast",
        paint: { "line-color": token("--coast"), "line-width": 1 },
      },
      {
        id: "track", type: "line", source: "track", filter: ["!", ["get", "gap"]],
        layout: { "line-join": "round", "line-cap": "round", visibility: "none" }, // until a ship is chosen: filled.ts
        paint: { "line-color": token("--track"), "line-width": 1.8 },
      },
      {
        id: "track-gap", type: "line", source: "track", filter: ["get", "gap"], layout: { visibility: "none" },
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

interface Level {
  data: ArrayBuffer;
  at: Map<string, [number, number]>;
}

const levels = new Map<number, Promise<Level>>();

async function read(zoom: number): Promise<Level> {
  const answer = await fetch(`basemap/land/${zoom}.tiles`);
  if (!answer.ok) throw new Error(`the base map could not be read: ${answer.status}`);
  const data = await answer.arrayBuffer();
  const view = new DataView(data);
  if (view.getUint32(0, true) !== MAGIC) throw new Error(`the base map could not be read: ${zoom}.tiles is no file of tiles`);
  const at = new Map<string, [number, number]>();
  for (let k = view.getUint32(8, true), p = 16; k > 0; k -= 1, p += 16) {
    at.set(`${view.getUint32(p, true)}/${view.getUint32(p + 4, true)}`, [view.getUint32(p + 8, true), view.getUint32(p + 12, true)]);
  }
  return { data, at };
}

/** A zoom level; what failed is tried again by who asks next. */
function level(zoom: number): Promise<Level> {
  const known = levels.get(zoom);
  if (known) return known;
  const asked = read(zoom);
  levels.set(zoom, asked);
  asked.catch(() => levels.delete(zoom));
  return asked;
}

/** Gives MapLibre a tile of land; a tile that is not there is sea. */
async function landTile({ url }: { url: string }): Promise<{ data: ArrayBuffer }> {
  const [zoom, x, y] = url.slice(SCHEME.length + 3).split("/") as [string, string, string];
  const { data, at } = await level(Number(zoom));
  const [begin, length] = at.get(`${x}/${y}`) ?? [0, 0];
  return { data: data.slice(begin, begin + length) };
}

/** Tells MapLibre where its worker is and where land comes from; given its own functions, since some pages load it late. */
export function prepare(
  gl: { setWorkerUrl(url: string): void; addProtocol(name: string, load: typeof landTile): void }, workerUrl: string,
): void {
  gl.setWorkerUrl(new URL(workerUrl, location.href).href);
  gl.addProtocol(SCHEME, landTile);
}

/** Waits until the land of what is seen is at hand; rejected when it cannot be read. */
export async function loadLand(map: MapLibre): Promise<void> {
  await level(Math.min(Math.max(Math.floor(map.getZoom()), FIRST), LAST));
}

/** Fetches what other zoom levels need, one after another: from then on the map needs no server. */
export async function loadOtherLevels(): Promise<void> {
  for (let zoom = LAST; zoom >= FIRST; zoom -= 1) await level(zoom);
}

/** The land as polygons, for who asks where water is. */
export async function loadCoasts(): Promise<MultiPolygon> {
  const answer = await fetch("basemap/land.json");
  if (!answer.ok) throw new Error(`the base map could not be read: ${answer.status}`);
  const { scale, polygons } = (await answer.json()) as LandFile;
  return { type: "MultiPolygon", coordinates: polygons.map((rings) => rings.map((flat) => ring(flat, scale))) };
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

export async function loadPorts(): Promise<PortFile["features"]> {
  const answer = await fetch("basemap/ports.json");
  return answer.ok ? ((await answer.json()) as PortFile).features : [];
}
