// Density and speed of traffic as a layer of the map, with its legend. The watch hangs it in by two lines:
//   const heat = new HeatLayer(map, must("map-area"));      after the map's "load": heat.add("zone-fill");
//   heat.cycle()  off -> last day -> last week -> off       heat.repaint()  after a change of palette or language
// The map shown follows the view: cells are asked anew where it has moved far.

import type { CanvasSource, LngLatBounds, Map as MapLibre } from "maplibre-gl";
import { askJson } from "./asking";
import { h, setText } from "./dom";
import { currentPalette } from "./palette";
import { recall, remember } from "./settings";
import { language } from "./i18n";
import { KNOT } from "./units";

export const MEASURES = ["hours_per_km2", "ships", "speed", "percentile"] as const;
export type Measure = (typeof MEASURES)[number];
export type Corners = [[number, number], [number, number], [number, number], [number, number]];

/** A map as the server gives it, its arrays unpacked: row by row from the south-western cell, NaN where nobody was. */
export interface Grid {
  west: number;
  south: number;
  wide: number;
  north: number;
  rows: number;
  columns: number;
  values: Partial<Record<"hours" | "ships" | "speed" | "percentile", Float32Array>>;
  areas: number[];
  told: Record<string, number>;
}

type Ramp = [number, number, number][];
/** From little to much. Neither red nor amber: on the map these are alerts. */
const RAMPS: Record<string, Ramp> = {
  night: [[24, 44, 74], [36, 84, 130], [52, 136, 166], [112, 190, 190], [216, 244, 228]],
  dusk: [[16, 32, 56], [26, 66, 104], [40, 108, 134], [88, 152, 154], [176, 206, 192]],
  bridge: [[8, 16, 30], [14, 34, 56], [22, 56, 72], [44, 80, 84], [88, 112, 106]],
  day: [[196, 224, 236], [126, 184, 216], [58, 128, 186], [26, 76, 142], [10, 28, 84]],
};
const WORDS: Record<string, Record<string, string>> = {
  en: { density: "Density", off: "off", day: "last day", week: "last week", hours_per_km2: "Ship hours per km²", ships: "Ships", speed: "Mean speed, kn",
    percentile: "95th percentile of speed, kn", none: "No traffic here in this time", failed: "The map could not be read: {why}", busy: "…" },
  ms: { density: "Kepadatan", off: "mati", day: "hari terakhir", week: "minggu terakhir", hours_per_km2: "Jam kapal setiap km²", ships: "Kapal", speed: "Laju purata, kn",
    percentile: "Persentil ke-95 laju, kn", none: "Tiada trafik di sini dalam tempoh ini", failed: "Peta tidak dapat dibaca: {why}", busy: "…" },
  ja: { density: "通航密度", off: "なし", day: "直近1日", week: "直近1週間", hours_per_km2: "1 km²あたりの船舶・時間", ships: "隻数", speed: "平均速力（ノット）",
    percentile: "速力の95パーセンタイル（ノット）", none: "この期間、この海域に通航はない", failed: "図を読めません: {why}", busy: "…" },
};
const ALONG = 320; // cells along the longer side of what is seen
const DAY = 86_400_000;

export function heatWord(key: string): string {
  return WORDS[language()]?.[key] ?? WORDS.en?.[key] ?? key;
}

function floats(text: string): Float32Array {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let k = 0; k < raw.length; k += 1) bytes[k] = raw.charCodeAt(k);
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, k) => view.getFloat32(4 * k, true));
}

/** Asks the server for a map. Throws an Error with what is wrong and what to do. */
export async function askGrid(query: URLSearchParams, signal?: AbortSignal): Promise<Grid> {
  const told = await askJson<Record<string, unknown>>(`api/density?${query}`, signal);
  const values: Grid["values"] = {};
  for (const name of ["hours", "ships", "speed", "percentile"] as const) {
    if (typeof told[name] === "string") values[name] = floats(told[name]);
  }
  return { ...(told as unknown as Grid), values, areas: told.areas_km2 as number[], told: told.told as Record<string, number> };
}

/** Values of a measure as people read them: knots instead of m/s. */
export function valuesOf(grid: Grid, measure: Measure): Float32Array {
  if (measure === "ships") return grid.values.ships ?? new Float32Array(0);
  if (measure === "hours_per_km2") {
    return (grid.values.hours ?? new Float32Array(0)).map((v, k) => v / (grid.areas[Math.floor(k / grid.columns)] ?? NaN));
  }
  return (grid.values[measure] ?? new Float32Array(0)).map((v) => v / KNOT);
}

export interface Scale {
  low: number;
  high: number;
  logarithm: boolean;
}

/** Lowest value and 99.5th percentile of what is there; by the logarithm where traffic differs by orders of magnitude. */
export function scaleOf(values: Float32Array, measure: Measure): Scale | null {
  const logarithm = measure === "hours_per_km2" || measure === "ships";
  const known = values.filter((v) => Number.isFinite(v) && (v > 0 || !logarithm)).sort();
  if (!known.length) return null;
  const at = (q: number) => known[Math.min(known.length - 1, Math.floor(q * known.length))] as number;
  const high = at(0.995);
  return { low: logarithm ? Math.max(at(0.02), high / 1000) : at(0), high, logarithm };
}

/** Where a value lies between the ends of a scale, 0 to 1. */
export function place(value: number, { low, high, logarithm }: Scale): number {
  const f = logarithm ? Math.log : (v: number) => v;
  return high > low ? Math.min(Math.max((f(value) - f(low)) / (f(high) - f(low)), 0), 1) : 1;
}

export function colourAt(share: number, ramp: Ramp = RAMPS[currentPalette()] ?? (RAMPS.night as Ramp)): [number, number, number] {
  const at = share * (ramp.length - 1);
  const k = Math.min(Math.floor(at), ramp.length - 2);
  const [a, b] = [ramp[k], ramp[k + 1]] as Ramp;
  return [0, 1, 2].map((c) => Math.round((a?.[c] ?? 0) + ((b?.[c] ?? 0) - (a?.[c] ?? 0)) * (at - k))) as [number, number, number];
}

function mercator(lat: number): number {
  return Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));
}

/** Paints a grid whose rows are equal in degrees as a picture whose rows are equal on the map (web Mercator). */
export function paint(canvas: HTMLCanvasElement, grid: Grid, values: Float32Array, scale: Scale | null): void {
  const tall = Math.min(grid.rows * 2, 1200);
  canvas.width = grid.columns;
  canvas.height = tall;
  const c = canvas.getContext("2d") as CanvasRenderingContext2D;
  const image = c.createImageData(grid.columns, tall);
  const [bottom, top] = [mercator(grid.south), mercator(grid.north)];
  for (let y = 0; y < tall && scale; y += 1) {
    const m = top - ((y + 0.5) / tall) * (top - bottom);
    const lat = (Math.atan(Math.exp(m)) * 360) / Math.PI - 90;
    const row = Math.min(Math.max(Math.floor(((lat - grid.south) / (grid.north - grid.south)) * grid.rows), 0), grid.rows - 1);
    for (let x = 0; x < grid.columns; x += 1) {
      const v = values[row * grid.columns + x] as number;
      if (!Number.isFinite(v) || (scale.logarithm && v <= 0)) continue;
      const share = place(v, scale);
      const at = 4 * (y * grid.columns + x);
      [image.data[at], image.data[at + 1], image.data[at + 2]] = colourAt(share);
      image.data[at + 3] = Math.round(110 + 135 * share);
    }
  }
  c.putImageData(image, 0, 0);
}

export function cornersOf(grid: Grid): Corners {
  const east = grid.west + grid.wide;
  return [[grid.west, grid.north], [east, grid.north], [east, grid.south], [grid.west, grid.south]];
}

/** A colour bar with its numbers. */
export function scaleBar(scale: Scale | null, measure: Measure, title = heatWord(measure)): HTMLElement {
  const bar = h("canvas", { width: 120, height: 8, "aria-hidden": "true" });
  const c = bar.getContext("2d");
  for (let x = 0; x < 120 && c; x += 1) {
    c.fillStyle = `rgb(${colourAt(x / 119).join(",")})`;
    c.fillRect(x, 0, 1, 8);
  }
  const ends = scale ? [scale.low, scale.logarithm ? Math.sqrt(scale.low * scale.high) : (scale.low + scale.high) / 2, scale.high] : [];
  return h("div", { class: "heat-scale" }, h("span", { class: "heat-title" }, title), ...(scale ? [bar,
    h("span", { class: "heat-ends" }, ...ends.map((v) => h("span", {}, short(v))))] : [h("span", { class: "heat-none" }, heatWord("none"))]));
}

export function short(v: number): string {
  return v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1).replace(/\.0$/, "") : Number(v.toPrecision(2)).toString();
}

/** The picture of a grid on a map. */
export class HeatPicture {
  readonly canvas = h("canvas", {});
  constructor(private readonly map: MapLibre, private readonly below: string | undefined, private readonly id = "heat") {
    this.canvas.width = this.canvas.height = 1;
  }

  show(grid: Grid | null, measure: Measure): Scale | null {
    if (!grid) {
      if (this.map.getLayer(this.id)) this.map.setLayoutProperty(this.id, "visibility", "none");
      return null;
    }
    const values = valuesOf(grid, measure);
    const scale = scaleOf(values, measure);
    paint(this.canvas, grid, values, scale);
    if (this.map.getLayer(this.id)) this.map.removeLayer(this.id);
    if (this.map.getSource(this.id)) this.map.removeSource(this.id);
    // A canvas that does not move: the map reads it when it is put in, and nothing is fetched.
    this.map.addSource(this.id, { type: "canvas", canvas: this.canvas, coordinates: cornersOf(grid), animate: false });
    this.map.addLayer({ id: this.id, type: "raster", source: this.id, paint: { "raster-fade-duration": 0, "raster-resampling": "nearest" } },
      this.below && this.map.getLayer(this.below) ? this.below : undefined);
    (this.map.getSource(this.id) as CanvasSource | undefined)?.setCoordinates(cornersOf(grid));
    return scale;
  }
}

const PERIODS = ["off", "day", "week"] as const;

export class HeatLayer {
  readonly root = h("div", { class: "heat-legend", role: "group" });
  private period: (typeof PERIODS)[number] = "off";
  private measure: Measure = "hours_per_km2";
  private picture: HeatPicture | null = null;
  private grid: Grid | null = null;
  private asked: AbortController | null = null;
  private box: [number, number, number, number] | null = null;
  private readonly note = h("span", { class: "heat-note", role: "status" });

  constructor(private readonly map: MapLibre, place: HTMLElement, private readonly changed: () => void = () => {}) {
    place.append(this.root);
    this.period = PERIODS.find((p) => p === recall("heat")) ?? "off";
    this.measure = MEASURES.find((m) => m === recall("heat_of")) ?? "hours_per_km2";
    map.on("moveend", () => this.moved());
  }

  /** Once the map is loaded; ``below``: the layer it lies under. */
  add(below?: string): void {
    this.picture = new HeatPicture(this.map, below);
    void this.load();
  }

  /** What the switch says: off, last day, last week. */
  says(): string {
    return heatWord(this.period);
  }

  /** Off, the last day, the last week. */
  cycle(): void {
    this.period = PERIODS[(PERIODS.indexOf(this.period) + 1) % PERIODS.length] ?? "off";
    remember("heat", this.period === "off" ? "" : this.period);
    this.changed();
    void this.load();
  }

  /** Colours and words anew. */
  repaint(): void {
    this.draw();
  }

  private moved(): void {
    if (this.period === "off" || !this.box) return;
    const now = seen(this.map.getBounds());
    const [w, s, e, n] = this.box;
    const inside = now[0] >= w && now[1] >= s && now[2] <= e && now[3] <= n;
    if (!inside || (now[2] - now[0]) * 3 < e - w) void this.load();
  }

  private async load(): Promise<void> {
    this.asked?.abort();
    if (this.period === "off" || !this.picture) {
      this.grid = null;
      this.draw();
      return;
    }
    const mine = new AbortController();
    this.asked = mine;
    setText(this.note, heatWord("busy"));
    try {
      const span = (await (await fetch("api/history")).json()) as { end_ms: number | null };
      if (span.end_ms === null) throw new Error(heatWord("none"));
      const end = Math.ceil((span.end_ms + 1) / 600_000) * 600_000; // by ten minutes: an answer serves all consoles
      const box = wider(seen(this.map.getBounds()));
      const query = new URLSearchParams({
        begin: String(end - (this.period === "day" ? DAY : 7 * DAY)), end: String(end), box: box.map((v) => v.toFixed(4)).join(","),
        cell: String(cellOf(box)), percentile: "95",
      });
      const grid = await askGrid(query, mine.signal);
      if (this.asked !== mine) return;
      [this.grid, this.box] = [grid, box];
      setText(this.note, "");
    } catch (error) {
      if (mine.signal.aborted) return;
      this.grid = null;
      setText(this.note, heatWord("failed").replace("{why}", error instanceof Error ? error.message : String(error)));
    }
    this.draw();
  }

  private draw(): void {
    const scale = this.picture?.show(this.grid, this.measure) ?? null;
    const turn = h("button", { type: "button", class: "heat-turn", "aria-pressed": this.period === "off" ? "false" : "true", click: () => this.cycle() },
      `${heatWord("density")}: ${heatWord(this.period)}`);
    this.root.dataset.ready = this.grid ? "1" : "";
    this.map.triggerRepaint();
    if (this.period === "off") {
      this.root.replaceChildren(turn);
      return;
    }
    const choose = h("select", { "aria-label": heatWord(this.measure), change: () => {
      this.measure = choose.value as Measure;
      remember("heat_of", this.measure === "hours_per_km2" ? "" : this.measure);
      this.draw();
    } }, ...MEASURES.map((m) => h("option", { value: m, selected: m === this.measure }, heatWord(m))));
    this.root.replaceChildren(turn, choose, this.grid ? scaleBar(scale, this.measure) : "", this.note);
  }
}

function seen(bounds: LngLatBounds): [number, number, number, number] {
  return [Math.max(bounds.getWest(), -180), Math.max(bounds.getSouth(), -85), Math.min(bounds.getEast(), 180), Math.min(bounds.getNorth(), 85)];
}

/** A third more on every side, so that a little panning asks nothing. */
function wider([w, s, e, n]: [number, number, number, number]): [number, number, number, number] {
  const [x, y] = [(e - w) / 3, (n - s) / 3];
  return [Math.max(w - x, -180), Math.max(s - y, -85), Math.min(e + x, 180), Math.min(n + y, 85)];
}

/** Metres of a cell, on a ladder of round sizes: the same view asks the same map. */
export function cellOf([w, s, e, n]: [number, number, number, number], along = ALONG): number {
  const metres = Math.max((e - w) * 111_320 * Math.cos((((s + n) / 2) * Math.PI) / 180), (n - s) * 110_600) / along;
  const steps = [50, 100, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000, 50_000];
  return steps.find((m) => m >= metres) ?? 100_000;
}
