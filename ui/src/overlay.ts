// The canvas over the map: graticule, names of seas and ports, names of ships without overlap.

import type { Map as MapLibre } from "maplibre-gl";
import type { PortFile } from "./basemap";
import type { PictureClock } from "./clock";
import { closest } from "./closeness";
import { type Contact, drawnAt, type Fleet, isLost, nameOf } from "./fleet";
import { type Box, Grid } from "./grid";
import { latitude, longitude } from "./format";
import { t } from "./i18n";
import { token } from "./palette";
import { CIRCUMFERENCE } from "./units";
import type { Legs } from "./legs";
import { rankOf } from "./rank";
import { paintTools } from "./toolpaint";
import type { Tools } from "./tools";
import type { View } from "./view";
import type { Watched } from "./watched";
import type { ZoneEditor } from "./zoneeditor";
import { paintDraft } from "./zonepaint";
import type { ZoneLayer } from "./zones";

export type LabelMode = "top" | "all" | "off";
const TOP_COUNT = 60;
const ALL_COUNT = 400;
const SYMBOLS_MAX = 4000;
const NEAR_EVERY_MS = 2000;
const STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
const GRID_PX = 120;
const DEGREE_PX = 50; // room of 104°20′E
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const SEAS: [string, number, number, number, number][] = [
  ["sea.malacca", 99.55, 4.1, 5.5, 9.5], ["sea.singapore", 104.14, 1.235, 10, 14], ["sea.scs", 108, 5.2, 4, 8.5],
  ["sea.andaman", 95.5, 8.5, 4, 8], ["sea.java", 109.5, -4.8, 4, 8], ["sea.thai", 101.5, 10.2, 4, 8],
];
const PORT_ZOOM = { L: 7, M: 8, S: 9, V: 10.5 };

export class Overlay {
  mode: LabelMode = "top";
  hovered: number | null = null;
  selected: number | null = null;
  ports: PortFile["features"] = [];
  /** Ships whose name is drawn now, in the order in which they found room, and where. */
  shown = new Map<number, Box>();
  /** Rank of those that would have a name; see rank.ts. */
  ranks = new Map<number, number>();
  /** Degrees that are written along the edges, and where, map pixels. */
  degrees: { text: string; x: number; y: number; align: CanvasTextAlign }[] = [];
  private readonly context: CanvasRenderingContext2D;
  private candidates: Contact[] = [];
  private ranked = 0;
  private near = new Map<number, number>();
  private nearAt = -Infinity;
  /** Where a ship's name stood last: it stays there while there is room, also when the map moves. */
  private spots = new Map<number, number>();
  private inView: Contact[] = [];
  private readonly grid = new Grid(); // names and symbols
  private readonly names = new Grid(); // names alone
  private ink = { grid: "", gridText: "", text: "", halo: "", place: "", sea: "", alert: [] as string[] };

  constructor(
    private readonly canvas: HTMLCanvasElement, private readonly map: MapLibre, private readonly view: View,
    private readonly fleet: Fleet, private readonly clock: PictureClock,
    private readonly over: { watched: Watched; zones: ZoneLayer; tools: Tools; editor: ZoneEditor; legs: Legs },
  ) {
    this.context = canvas.getContext("2d") as CanvasRenderingContext2D;
    this.recolour();
  }

  recolour(): void {
    this.ink = {
      grid: token("--grid"), gridText: token("--grid-text"), text: token("--label"), halo: token("--label-halo"),
      place: token("--place"), sea: token("--sea-name"),
      alert: ["--label", "--caution", "--warning", "--alarm", "--emergency"].map(token),
    };
  }

  /** Draws all; names keep clear of the given elements on the map. */
  draw(clear: HTMLElement[]): void {
    const { width, height } = this.view.size();
    const ratio = devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const c = this.context;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, height);
    const area = this.canvas.getBoundingClientRect();
    this.grid.reset(width, height);
    this.names.reset(width, height);
    for (const element of clear) {
      const r = element.getBoundingClientRect();
      this.grid.mark({
        x0: r.left - area.left, y0: r.top - area.top, x1: r.right - area.left, y1: r.bottom - area.top,
      });
    }
    this.graticule(width, height);
    this.ships(width, height);
    this.over.zones.draw(c, this.grid, FONT, this.map.getZoom());
    this.places(width, height);
    paintTools(c, this.over.tools, this.view, FONT);
    this.over.legs.paint(c, FONT);
    if (this.over.editor.draft) paintDraft(c, this.over.editor.draft, this.view, this.over.editor.loose);
  }

  private graticule(width: number, height: number): void {
    const c = this.context;
    const west = this.view.lonAt(0), east = this.view.lonAt(width);
    const south = this.view.latAt(height), north = this.view.latAt(0);
    const perMinute = width / ((east - west) * 60);
    const step = (STEPS_MIN.find((s) => s * perMinute >= GRID_PX) ?? 600) / 60;
    c.strokeStyle = this.ink.grid;
    c.lineWidth = 1;
    c.font = `10.5px ${FONT}`;
    c.beginPath();
    this.degrees = [];
    for (let k = Math.ceil(west / step); k * step <= east; k++) {
      const x = Math.round(this.view.xOf(k * step)) + 0.5;
      c.moveTo(x, 0);
      c.lineTo(x, height);
      const line = this.clearBelow(x + 2);
      if (line !== null) this.degree(longitude(k * step, 0), x + 4, line, "left");
    }
    for (let k = Math.ceil(south / step); k * step <= north; k++) {
      const y = Math.round(this.view.yOf(k * step)) + 0.5;
      c.moveTo(0, y);
      c.lineTo(width, y);
      const side = width - 5 - DEGREE_PX;
      if (y > 30 && this.grid.free({ x0: side, y0: y - 14, x1: width - 5, y1: y })) this.degree(latitude(k * step, 0), width - 5, y - 4, "right");
    }
    c.stroke();
    c.fillStyle = this.ink.gridText;
    for (const { text, x, y, align } of this.degrees) {
      c.textAlign = align;
      c.fillText(text, x, y);
    }
  }

  /** Writes a degree later, where no name will lie. */
  private degree(text: string, x: number, y: number, align: "left" | "right"): void {
    const x0 = align === "left" ? x : x - DEGREE_PX;
    this.grid.mark({ x0, y0: y - 10, x1: x0 + DEGREE_PX, y1: y + 4 });
    this.degrees.push({ text, x, y, align });
  }

  /** The highest line on which a longitude that begins there lies under nothing on the map; null: there is none. */
  private clearBelow(x: number): number | null {
    for (let y = 12; y < 200; y += 8) {
      if (this.grid.free({ x0: x, y0: y - 10, x1: x + DEGREE_PX + 2, y1: y + 4 })) return y;
    }
    return null;
  }

  /** The ships in view by importance; worked out twice a second, places are followed on every frame. */
  private rank(width: number, height: number): void {
    const now = performance.now();
    if (now - this.ranked < 500) return;
    this.ranked = now;
    const reckon = this.clock.reckon();
    const zoom = this.map.getZoom();
    const scored: [number, Contact][] = [];
    this.inView = [];
    for (const c of this.fleet.contacts) {
      const x = this.view.xOfMercator(c.x), y = this.view.yOfMercator(c.y);
      if (x < -40 || y < -40 || x > width + 40 || y > height + 40) continue;
      if (c.hidden) continue;
      if (this.inView.length < SYMBOLS_MAX) this.inView.push(c);
      if (this.mode !== "all" && c.cls >= 3 && c.cls !== 6 && zoom < 9.5) continue;
      if (this.mode === "top" && c.alert === 0 && zoom < 8) continue;
      scored.push([0, c]);
    }
    if (this.mode !== "off" && now - this.nearAt > NEAR_EVERY_MS) {
      this.nearAt = now;
      this.near = closest(this.inView, reckon);
    }
    for (const s of scored) {
      const c = s[1];
      s[0] = rankOf(c, { watched: this.over.watched.has(c.mmsi), cpa: this.near.get(c.mmsi), shown: this.shown.has(c.mmsi), ageS: (reckon - c.fixMs) / 1000 });
    }
    scored.sort((a, b) => b[0] - a[0] || a[1].mmsi - b[1].mmsi);
    this.ranks = new Map(scored.slice(0, ALL_COUNT).map(([rank, c]) => [c.mmsi, rank]));
    this.candidates = scored.slice(0, this.mode === "all" ? ALL_COUNT : TOP_COUNT * 2).map((s) => s[1]);
  }

  private ships(width: number, height: number): void {
    const limit = this.mode === "off" ? 0 : this.mode === "all" ? ALL_COUNT : TOP_COUNT;
    this.rank(width, height);
    const forced = [this.selected, this.hovered]
      .map((m) => (m === null ? undefined : this.fleet.byMmsi.get(m)))
      .filter((c): c is Contact => c !== undefined);
    const list = [...forced, ...(limit > 0 ? this.candidates.filter((c) => !forced.includes(c)) : [])];
    const reckon = this.clock.reckon();
    // No name lies on a symbol, and ships with an alert keep more room.
    for (const c of this.inView) {
      const open = c.alert > 0 && !c.acknowledged;
      this.block(this.grid, c, reckon, open ? 11 : 4);
      if (open) this.block(this.names, c, reckon, 9);
    }
    const shown = new Map<number, Box>();
    for (const c of list) {
      if (shown.size >= limit + forced.length) break;
      const box = this.name(c, reckon, forced.includes(c));
      if (box) shown.set(c.mmsi, box);
    }
    for (const mmsi of this.shown.keys()) if (!shown.has(mmsi)) this.spots.delete(mmsi);
    this.shown = shown;
  }

  private block(grid: Grid, c: Contact, reckon: number, r: number): void {
    const [mx, my] = drawnAt(c, reckon);
    const x = this.view.xOfMercator(mx), y = this.view.yOfMercator(my);
    grid.mark({ x0: x - r, y0: y - r, x1: x + r, y1: y + r });
  }

  /** Writes the name of a ship where there is room; the room that it takes, null: there was none. */
  private name(contact: Contact, reckon: number, must: boolean): Box | null {
    const c = this.context;
    const [mx, my] = drawnAt(contact, reckon);
    const x = this.view.xOfMercator(mx), y = this.view.yOfMercator(my);
    const bold = contact.alert > 0 && !contact.acknowledged;
    c.font = `${bold || must ? 600 : 400} ${bold || must ? 12 : 11}px ${FONT}`;
    const speed = contact.sog >= 0.5 && contact.cls < 3 ? ` ${contact.sog.toFixed(0)}` : "";
    const text = nameOf(contact) + speed;
    const w = c.measureText(text).width;
    const hull = (contact.label?.length_m ?? 0) * this.view.scale / CIRCUMFERENCE;
    const out = hull > 26 ? hull * 0.5 - 9 : 0; // a hull drawn to scale pushes its name outward
    const gap = out + (bold ? 19 : contact.acknowledged ? 15 : must ? 20 : 10);
    const spots: [number, number][] = [
      [x + gap, y + 4], [x - gap - w, y + 4], [x - w / 2, y - gap - 1], [x - w / 2, y + gap + 9],
    ];
    if (bold) spots.push([x + gap, y - 12], [x + gap, y + 20], [x - gap - w, y - 12], [x - gap - w, y + 20]);
    const boxAt = ([left, base]: [number, number]): Box => ({ x0: left - 2, y0: base - 10, x1: left + w + 2, y1: base + 4 });
    // A ship with an alert may lay its name over symbols, the chosen ship over anything.
    const last = spots[this.spots.get(contact.mmsi) ?? -1];
    const tried = last ? [last, ...spots] : spots;
    const spot = tried.find((s) => this.grid.free(boxAt(s))) ??
      (bold || must ? tried.find((s) => this.names.free(boxAt(s))) : undefined) ?? (must ? spots[0] : undefined);
    if (spot) {
      const [left, base] = spot;
      this.spots.set(contact.mmsi, spots.indexOf(spot));
      this.grid.mark(boxAt(spot));
      this.names.mark(boxAt(spot));
      c.textAlign = "left";
      c.lineJoin = "round";
      c.lineWidth = 3;
      c.strokeStyle = this.ink.halo;
      c.strokeText(text, left, base);
      c.globalAlpha = isLost(contact) && !bold ? 0.7 : 1;
      c.fillStyle = bold ? (this.ink.alert[contact.alert] ?? this.ink.text) : this.ink.text;
      c.fillText(text, left, base);
      c.globalAlpha = 1;
      return boxAt(spot);
    }
    return null;
  }

  private places(width: number, height: number): void {
    const c = this.context;
    const zoom = this.map.getZoom();
    c.textAlign = "left";
    c.fillStyle = this.ink.place;
    for (const port of this.ports) {
      if (zoom < PORT_ZOOM[port.properties.size]) continue;
      const [lon, lat] = port.geometry.coordinates as [number, number];
      const x = this.view.xOf(lon), y = this.view.yOf(lat);
      if (x < -50 || y < 0 || x > width || y > height) continue;
      c.font = `${port.properties.size === "L" ? 12 : 11}px ${FONT}`;
      const w = c.measureText(port.properties.name).width;
      const box = { x0: x - 4, y0: y - 8, x1: x + w + 8, y1: y + 6 };
      if (!this.grid.free(box)) continue;
      this.grid.mark(box);
      c.fillRect(x - 1.5, y - 1.5, 3, 3);
      c.fillText(port.properties.name, x + 5, y + 4);
    }
    c.textAlign = "center";
    c.fillStyle = this.ink.sea;
    for (const [key, lon, lat, from, to] of SEAS) {
      if (zoom < from || zoom > to) continue;
      c.font = `italic ${zoom < 6 ? 12 : 14}px ${FONT}`;
      c.letterSpacing = "3px";
      c.fillText(t(key), this.view.xOf(lon), this.view.yOf(lat));
      c.letterSpacing = "0px";
    }
  }
}
