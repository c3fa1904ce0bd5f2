// The density map of the statistics page: land, the grid, its scale; the map that is seen can be counted anew.

import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Map as MapLibre } from "maplibre-gl";
import { loadLand, prepare, repaint, style } from "../basemap";
import { h } from "../dom";
import { askGrid, cellOf, type Grid, heatWord, HeatPicture, type Measure, MEASURES, scaleBar, short, valuesOf } from "../heat";
import { recall, remember } from "../settings";
import { csvRow, save } from "./shell";
import type { Span } from "./asked";
import { t } from "./words";

const HOME: [number, number, number, number] = [103.45, 0.95, 104.55, 1.5];
const ALONG = 260;

export class DensityMap {
  readonly root = h("figure", { id: "density", class: "wide" });
  private readonly place = h("div", { class: "map" });
  private readonly told = h("p", { class: "note", role: "status" });
  private readonly scale = h("span", { class: "scale" });
  private map: MapLibre | null = null;
  private picture: HeatPicture | null = null;
  private grid: Grid | null = null;
  private cell = 0;
  private asked: { span: Span; words: URLSearchParams } | null = null;
  private ready: Promise<void> | null = null;
  private turn = 0;

  /** The frame in the language of the page; the map inside stays. */
  build(): HTMLElement {
    const measure = h("select", { name: "measure", "aria-label": t("map.of"), change: () => {
      remember("heat_of", measure.value === "hours_per_km2" ? "" : measure.value);
      this.draw();
    } }, ...MEASURES.map((m) => h("option", { value: m, selected: m === this.measure }, heatWord(m))));
    this.root.replaceChildren(
      h("figcaption", {}, h("h2", {}, t("map")), h("span", { class: "space" }), measure,
        h("button", { type: "button", class: "here", click: () => void this.count() }, t("map.here")),
        h("button", { type: "button", class: "csv", click: () => this.csv() }, t("csv"))),
      this.place, this.scale, this.told);
    return this.root;
  }

  private get measure(): Measure {
    return MEASURES.find((m) => m === recall("heat_of")) ?? "hours_per_km2";
  }

  /** Maps a period and choice of ships. */
  async show(span: Span, words: URLSearchParams): Promise<void> {
    this.asked = { span, words };
    this.ready ??= this.start();
    await this.ready;
    await this.count();
  }

  private async start(): Promise<void> {
    await import("maplibre-gl/dist/maplibre-gl.css");
    const gl = await import("maplibre-gl");
    prepare(gl, workerUrl);
    const box = (recall("box") ?? "").split(",").map(Number);
    const bounds = box.length === 4 && box.every(Number.isFinite) ? (box as [number, number, number, number]) : HOME;
    const map = new gl.Map({ container: this.place, style: style(), bounds, attributionControl: false, fadeDuration: 0, dragRotate: false,
      pitchWithRotate: false, renderWorldCopies: false, canvasContextAttributes: { preserveDrawingBuffer: true } }); // kept: the page is printed
    map.touchZoomRotate.disableRotation();
    this.map = map;
    await new Promise<void>((done) => void map.on("load", () => done()));
    await loadLand(map);
    this.picture = new HeatPicture(map, "land");
  }

  /** Counts what is seen. */
  private async count(): Promise<void> {
    if (!this.map || !this.asked) return;
    const turn = ++this.turn;
    const b = this.map.getBounds();
    const box: [number, number, number, number] = [Math.max(b.getWest(), -180), Math.max(b.getSouth(), -85), Math.min(b.getEast(), 180), Math.min(b.getNorth(), 85)];
    remember("box", box.map((v) => v.toFixed(3)).join(","));
    this.cell = cellOf(box, ALONG);
    const query = new URLSearchParams(this.asked.words);
    const { begin, end } = this.asked.span;
    for (const [key, value] of Object.entries({ begin, end, box: box.map((v) => v.toFixed(4)).join(","), cell: this.cell, percentile: 95 })) query.set(key, String(value));
    this.told.textContent = t("busy");
    this.root.dataset.ready = "";
    try {
      const grid = await askGrid(query);
      if (turn !== this.turn) return;
      this.grid = grid;
    } catch (error) {
      if (turn !== this.turn) return;
      this.grid = null;
      this.told.textContent = t("failed", { why: error instanceof Error ? error.message : String(error) });
    }
    this.draw();
  }

  /** The grid in the colours of the palette. */
  draw(): void {
    if (this.map) repaint(this.map);
    const scale = this.picture?.show(this.grid, this.measure) ?? null;
    this.scale.replaceChildren(this.grid ? scaleBar(scale, this.measure) : "");
    if (!this.grid) return;
    const cells = (this.grid.values.ships ?? new Float32Array(0)).reduce((n, v) => n + (v > 0 ? 1 : 0), 0);
    const hours = (this.grid.values.hours ?? new Float32Array(0)).reduce((n, v) => n + (Number.isFinite(v) ? v : 0), 0);
    this.told.textContent = t("map.cells", { n: cells.toLocaleString("en"), m: this.cell, hours: short(hours) });
    this.root.dataset.ready = "1";
  }

  private csv(): void {
    const g = this.grid;
    if (!g) return;
    const names = MEASURES.map((m) => [m, valuesOf(g, m)] as const);
    const rows: string[] = [csvRow(["lat", "lon", ...names.map(([m]) => (m === "speed" || m === "percentile" ? `${m}_kn` : m))])];
    for (let k = 0; k < g.rows * g.columns; k += 1) {
      if (!((g.values.ships?.[k] ?? 0) > 0)) continue;
      const [r, c] = [Math.floor(k / g.columns), k % g.columns];
      rows.push(csvRow([(g.south + ((r + 0.5) * (g.north - g.south)) / g.rows).toFixed(5), (g.west + ((c + 0.5) * g.wide) / g.columns).toFixed(5),
        ...names.map(([, v]) => Number((v[k] ?? NaN).toPrecision(5)))]));
    }
    save("density.csv", "text/csv;charset=utf-8", ...rows);
  }
}
