// Wind and current over the map, at the instant that is shown, out of the fields of the sea: what is not known is not drawn.
// Loaded when the layer is switched on.

import type { Map as MapLibre } from "maplibre-gl";
import { h } from "./dom";
import { degrees, span, utc, utcDate } from "./format";
import { language } from "./i18n";
import { token } from "./palette";
import { KNOT } from "./units";
import type { View } from "./view";

export const WEATHER = ["off", "wind", "current", "both"] as const;
export type Mode = (typeof WEATHER)[number];
type Kind = "wind" | "current";

interface Source { name: string; begin_ms: number; end_ms: number; before_ms: number; after_ms: number; written_ms: number }
/** What the server tells of a kind at a time; east and north in m/s, to where it goes. */
export interface Arrows {
  at_ms: number;
  lon: number[];
  lat: number[];
  east: number[];
  north: number[];
  sources: Source[];
  known: { name: string; begin_ms: number; end_ms: number }[];
}

const WORDS: Record<string, Record<string, string>> = {
  en: { wind: "Wind", current: "Current", full: "10 kn", knot: "1 kn", from: "from {d} {kn} kn", to: "to {d} {kn} kn", middle: "at the middle: {what}", still: "calm",
    at: "{name}, for {time} UTC", between: "{name}, between {a} and {b} UTC", age: "file {span} old", more: "and {n} more fields",
    none: "No {kind} for {time} UTC. There is {have}.", nofile: "No field of {kind}. Put a netCDF or GRIB2 file into the folder “fields” of the sea (selat rescue fetch writes one).",
    here: "{name} does not reach this part of the map.", failed: "Not read: {why}" },
  ms: { wind: "Angin", current: "Arus", full: "10 knot", knot: "1 knot", from: "dari {d} {kn} knot", to: "ke {d} {kn} knot", middle: "di tengah: {what}", still: "tenang",
    at: "{name}, untuk {time} UTC", between: "{name}, antara {a} dan {b} UTC", age: "fail berusia {span}", more: "dan {n} medan lagi",
    none: "Tiada {kind} untuk {time} UTC. Yang ada: {have}.", nofile: "Tiada medan {kind}. Letakkan fail netCDF atau GRIB2 dalam folder “fields” laut ini (selat rescue fetch menulisnya).",
    here: "{name} tidak sampai ke bahagian peta ini.", failed: "Tidak dibaca: {why}" },
  ja: { wind: "風", current: "流れ", full: "10ノット", knot: "1ノット", from: "{d}から{kn}ノット", to: "{d}へ{kn}ノット", middle: "中央: {what}", still: "なし",
    at: "{name}、{time} UTCの値", between: "{name}、{a}と{b} UTCの間", age: "ファイルは{span}前のもの", more: "ほか{n}件",
    none: "{time} UTCの{kind}はない。あるもの: {have}。", nofile: "{kind}の場がない。netCDFかGRIB2のファイルを海の「fields」フォルダーに置く（selat rescue fetchで取得）。",
    here: "{name}は地図のこの部分に届かない。", failed: "読めません: {why}" },
};
const SPACING = 66; // px between arrows
const MARGIN = 0.25; // of the view, around it: a little panning asks nothing
const ROUND_MS = 300_000; // instants are asked for to five minutes, so that playing asks seldom
const CALM_KN = 2.5; // below it a wind is a circle (WMO-No. 485, attachment on plotting)
const SHAFT = 27;
const PX_PER_KNOT = 26;
const LONGEST = 70;

function word(key: string, values: Record<string, string | number> = {}): string {
  const text = WORDS[language()]?.[key] ?? WORDS.en?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

function when(ms: number): string {
  return `${utcDate(ms)} ${utc(ms, false)}`;
}

/** Feathers of a wind: pennants of 50, full barbs of 10, half barbs of 5 knots, to the nearest 5. */
export function feathers(kn: number): { fifty: number; ten: number; five: number } {
  const fives = Math.round(kn / 5);
  return { fifty: Math.floor(fives / 10), ten: Math.floor((fives % 10) / 2), five: fives % 2 };
}

/** A wind barb at x, y: the shaft points to where the wind comes from, feathers to the side of low pressure. */
export function barb(c: CanvasRenderingContext2D, x: number, y: number, east: number, north: number, southern: boolean): void {
  const kn = Math.hypot(east, north) / KNOT;
  c.beginPath();
  if (kn < CALM_KN) {
    c.arc(x, y, 3.5, 0, 7);
    c.stroke();
    return;
  }
  c.save();
  c.translate(x, y);
  c.rotate(Math.atan2(-east, -north)); // up is now where it comes from
  const side = southern ? -1 : 1;
  const { fifty, ten, five } = feathers(kn);
  c.moveTo(0, 0);
  c.lineTo(0, -SHAFT);
  let at = -SHAFT;
  for (let k = 0; k < fifty; k++, at += 6) {
    c.moveTo(0, at);
    c.lineTo(side * 10, at + 1);
    c.lineTo(0, at + 5);
    c.closePath();
  }
  for (let k = 0; k < ten; k++, at += 4) {
    c.moveTo(0, at);
    c.lineTo(side * 10, at - 4);
  }
  if (five) {
    if (fifty + ten === 0) at += 4; // a half barb alone stands off the end, so that it is not taken for a whole one
    c.moveTo(0, at);
    c.lineTo(side * 5.5, at - 2);
  }
  c.stroke();
  if (fifty) c.fill();
  c.restore();
}

/** An arrow along a current, as long as the current is strong. */
export function stream(c: CanvasRenderingContext2D, x: number, y: number, east: number, north: number): void {
  const kn = Math.hypot(east, north) / KNOT;
  c.beginPath();
  if (kn < 0.05) {
    c.arc(x, y, 1.4, 0, 7);
    c.fill();
    return;
  }
  const long = Math.min(6 + PX_PER_KNOT * kn, LONGEST);
  c.save();
  c.translate(x, y);
  c.rotate(Math.atan2(east, north));
  c.moveTo(0, long / 2);
  c.lineTo(0, -long / 2);
  c.moveTo(-3.6, -long / 2 + 5.5);
  c.lineTo(0, -long / 2);
  c.lineTo(3.6, -long / 2 + 5.5);
  c.stroke();
  c.restore();
}

export class WeatherLayer {
  mode: Mode = "off";
  /** What is on the map, by kind; for tests, too. */
  readonly held = new Map<Kind, Arrows>();
  readonly canvas = h("canvas", { id: "weather", "aria-hidden": "true" });
  private readonly trouble = new Map<Kind, string>();
  private readonly body = h("div", { class: "weather-body" });
  private asked: AbortController | null = null;
  private key = "";
  private told = "";

  constructor(private readonly map: MapLibre, private readonly view: View, private readonly at: () => number, legend: HTMLElement) {
    const overlay = document.getElementById("overlay");
    overlay?.before(this.canvas);
    legend.append(this.body);
    map.on("moveend", () => this.tick());
    map.on("render", () => this.draw());
  }

  set(mode: Mode): void {
    this.mode = mode;
    this.key = "";
    this.tick();
    this.map.triggerRepaint();
  }

  /** Words and colours anew. */
  repaint(): void {
    this.told = "";
    this.say();
    this.map.triggerRepaint();
  }

  private kinds(): Kind[] {
    return this.mode === "both" ? ["wind", "current"] : this.mode === "off" ? [] : [this.mode];
  }

  /** Asks anew where the instant or the map has moved; twice a second. */
  tick(): void {
    const ms = this.at();
    if (this.mode === "off" || !Number.isFinite(ms)) {
      this.held.clear();
      this.trouble.clear();
      this.say();
      return;
    }
    const instant = Math.round(ms / ROUND_MS) * ROUND_MS;
    const { width, height } = this.view.size();
    const zoom = Math.round(this.map.getZoom() * 4);
    const cell = 360 / 2 ** (zoom / 4 + 2);
    const centre = this.map.getCenter();
    const key = [this.mode, instant, zoom, Math.round(centre.lng / cell * 8), Math.round(centre.lat / cell * 8), Math.round(width / 50), Math.round(height / 50)].join();
    if (key !== this.key && !this.map.isMoving()) {
      this.key = key;
      void this.load(instant, width, height);
    }
    this.say();
  }

  private async load(instant: number, width: number, height: number): Promise<void> {
    this.asked?.abort();
    const mine = new AbortController();
    this.asked = mine;
    const x = width * MARGIN, y = height * MARGIN;
    const box = [this.view.lonAt(-x), this.view.latAt(height + y), this.view.lonAt(width + x), this.view.latAt(-y)];
    const columns = Math.max(2, Math.round((width + 2 * x) / SPACING)), rows = Math.max(2, Math.round((height + 2 * y) / SPACING));
    const [w, s, e, n] = box as [number, number, number, number];
    /** Where both are shown, the current stands between the winds. */
    const of = (kind: Kind): URLSearchParams => {
      const [dx, dy] = kind === "current" ? [(e - w) / columns / 2, (n - s) / rows / 2] : [0, 0];
      return new URLSearchParams({ at: String(instant), box: [w + dx, s + dy, e + dx, n + dy].map((v) => v.toFixed(4)).join(","), columns: String(columns), rows: String(rows) });
    };
    for (const kind of [...this.held.keys()]) if (!this.kinds().includes(kind)) this.held.delete(kind);
    await Promise.all(this.kinds().map(async (kind) => {
      try {
        const answer = await fetch(`api/weather/${kind}?${of(kind)}`, { signal: mine.signal });
        const told = (await answer.json()) as Arrows & { error?: string; hint?: string };
        if (this.asked !== mine) return;
        if (!answer.ok) throw new Error([told.error, told.hint].filter(Boolean).join(": "));
        this.held.set(kind, told);
        this.trouble.delete(kind);
      } catch (error) {
        if (mine.signal.aborted) return;
        this.held.delete(kind);
        this.trouble.set(kind, error instanceof Error ? error.message : String(error));
      }
    }));
    this.say();
    this.map.triggerRepaint();
  }

  private draw(): void {
    const { width, height } = this.view.size();
    const ratio = devicePixelRatio || 1;
    if (this.mode === "off" && this.canvas.width <= 1) return;
    const [w, t] = this.mode === "off" ? [1, 1] : [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== t) [this.canvas.width, this.canvas.height] = [w, t];
    const c = this.canvas.getContext("2d") as CanvasRenderingContext2D;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, height);
    c.lineJoin = c.lineCap = "round";
    for (const kind of this.kinds()) {
      const found = this.held.get(kind);
      if (!found) continue;
      c.strokeStyle = c.fillStyle = token(`--${kind}`);
      c.lineWidth = kind === "wind" ? 1.3 : 1.6;
      for (let k = 0; k < found.lon.length; k++) {
        const lat = found.lat[k] as number;
        const px = this.view.xOf(found.lon[k] as number), py = this.view.yOf(lat);
        if (px < -40 || py < -40 || px > width + 40 || py > height + 40) continue;
        if (kind === "wind") barb(c, px, py, found.east[k] as number, found.north[k] as number, lat < 0);
        else stream(c, px, py, found.east[k] as number, found.north[k] as number);
      }
    }
  }

  /** The legend: units, what it comes from, for when, how old. */
  private say(): void {
    const lines = this.kinds().map((kind) => ({ kind, lines: this.linesOf(kind) }));
    const told = JSON.stringify([lines, language(), document.documentElement.dataset.palette]);
    if (told === this.told) return;
    this.told = told;
    this.body.replaceChildren(...lines.map(({ kind, lines: some }) => h("div", { class: `weather-kind of-${kind}` },
      h("div", { class: "weather-unit" }, h("b", {}, word(kind)), this.sample(kind), h("span", {}, word(kind === "wind" ? "full" : "knot"))),
      ...some.map((text) => h("p", {}, text)))));
  }

  private linesOf(kind: Kind): string[] {
    const wrong = this.trouble.get(kind), found = this.held.get(kind);
    if (wrong) return [word("failed", { why: wrong })];
    if (!found) return ["…"];
    const [first, ...others] = found.sources;
    if (!first) {
      const have = found.known.map((f) => `${f.name}: ${when(f.begin_ms)} – ${when(f.end_ms)}`).join("; ");
      const name = word(kind).toLowerCase();
      return [have ? word("none", { kind: name, time: when(found.at_ms), have }) : word("nofile", { kind: name })];
    }
    if (found.lon.length === 0) return [word("here", { name: first.name })];
    const source = first.before_ms === first.after_ms ? word("at", { name: first.name, time: when(first.before_ms) })
      : word("between", { name: first.name, a: when(first.before_ms), b: utc(first.after_ms, false) });
    return [this.middle(kind, found), source, word("age", { span: span((Date.now() - first.written_ms) / 1000) }),
      others.length > 0 ? word("more", { n: others.length }) : ""].filter(Boolean);
  }

  /** In words, for who cannot see arrows or wants the number: at the place nearest to the middle of the map. */
  private middle(kind: Kind, found: Arrows): string {
    const centre = this.map.getCenter();
    let best = -1, least = Infinity;
    for (let k = 0; k < found.lon.length; k++) {
      const far = Math.hypot((found.lon[k] as number) - centre.lng, (found.lat[k] as number) - centre.lat);
      if (far < least) [best, least] = [k, far];
    }
    const east = found.east[best] as number, north = found.north[best] as number;
    const kn = Math.hypot(east, north) / KNOT;
    const sign = kind === "wind" ? -1 : 1;
    const d = degrees(((Math.atan2(sign * east, sign * north) * 180) / Math.PI + 360) % 360);
    const what = kn < 0.05 ? word("still") : word(kind === "wind" ? "from" : "to", { d, kn: kind === "wind" ? kn.toFixed(0) : kn.toFixed(1) });
    return word("middle", { what });
  }

  private sample(kind: Kind): HTMLCanvasElement {
    const ratio = devicePixelRatio || 1;
    const canvas = h("canvas", { width: Math.round(46 * ratio), height: Math.round(18 * ratio), "aria-hidden": "true" });
    const c = canvas.getContext("2d") as CanvasRenderingContext2D;
    c.scale(ratio, ratio);
    c.strokeStyle = c.fillStyle = token(`--${kind}`);
    c.lineWidth = 1.5;
    if (kind === "wind") barb(c, 38, 14, 10 * KNOT, 0, true);
    else stream(c, 22, 9, KNOT, 0);
    return canvas;
  }
}
