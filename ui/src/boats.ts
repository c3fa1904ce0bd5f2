// Own boats and aircraft: how many minutes each needs to the cursor, at its speed; boats over water.

import type { MultiPolygon } from "geojson";
import { loadCoasts } from "./basemap";
import { h, setText } from "./dom";
import { drawnAt, type Fleet, nameOf } from "./fleet";
import { leg } from "./geo";
import { t } from "./i18n";
import { overWater } from "./overwater";
import type { PictureClock } from "./clock";
import { recall, remember } from "./settings";
import { KNOT } from "./units";
import { mercatorLat, mercatorLon } from "./view";
import type { Asset } from "./views";

const FLIES = new Set(["uav", "aircraft", "helicopter"]);
const USUAL_KN = 25;
const EVERY_MS = 250;

interface Boat {
  name: string;
  mmsi: number;
  lon: number;
  lat: number;
  knots: number;
  flies: boolean;
}

export class Boats {
  private coasts: MultiPolygon | null = null;
  private coming = false; // the coasts are on their way: only who has boats needs them
  /** The last answers, minutes by name; null: no way over water. */
  readonly minutes = new Map<string, number | null>();
  private boats: Boat[] = [];
  private cursor: [number, number] | null = null;
  private asked = 0;
  private cells = new Map<string, HTMLElement>();
  private own: number[];
  private speeds: Record<string, number>;

  constructor(private readonly root: HTMLElement, private readonly fleet: Fleet, private readonly clock: PictureClock) {
    this.own = (recall("boats") ?? "").split(",").map(Number).filter((m) => m > 0);
    this.speeds = Object.fromEntries((recall("boat_kn") ?? "").split(",").map((s) => s.split(":")).filter((s) => s.length === 2).map(([m, v]) => [m, Number(v)]));
  }

  /** The sea's assets that can be sent, and ships that were named own. */
  setAssets(assets: Asset[]): void {
    const sent = assets.filter((a) => a.speed > 0);
    const taken = new Set(sent.map((a) => a.mmsi));
    const knots = (key: string, usual: number) => this.speeds[key] ?? usual;
    this.boats = [
      ...sent.map((a): Boat => ({ name: a.name, mmsi: a.mmsi, lon: a.lon, lat: a.lat, knots: knots(a.name, a.speed / KNOT), flies: FLIES.has(a.kind) })),
      ...this.own.filter((m) => !taken.has(m)).map((m): Boat => ({ name: String(m), mmsi: m, lon: NaN, lat: NaN, knots: knots(String(m), USUAL_KN), flies: false })),
    ];
    this.assets = assets;
    this.build();
    if (!this.coasts && this.boats.some((b) => !b.flies)) this.fetchCoasts();
  }

  private assets: Asset[] = [];

  /** The chosen ship is one of ours, or no longer. */
  toggle(mmsi: number): void {
    this.own = this.own.includes(mmsi) ? this.own.filter((m) => m !== mmsi) : [...this.own, mmsi];
    remember("boats", this.own.join(","));
    this.setAssets(this.assets);
  }

  build(): void {
    this.root.hidden = this.boats.length === 0;
    this.cells = new Map();
    this.root.replaceChildren(h("h3", {}, t("boats")), h("ul", {}, ...this.boats.map((b) => {
      const cell = h("b", { class: "minutes" }, "–");
      this.cells.set(b.name, cell);
      const speed = h("input", { type: "number", min: 1, max: 300, step: 1, value: Math.round(b.knots), "aria-label": `${t("card.speed")}: ${this.title(b)}` });
      speed.addEventListener("change", () => {
        if (!(Number(speed.value) > 0)) return;
        b.knots = this.speeds[b.name] = Number(speed.value);
        remember("boat_kn", Object.entries(this.speeds).map(([k, v]) => `${k}:${v}`).join(","));
        this.work();
      });
      const off = this.own.includes(b.mmsi) && h("button", { type: "button", "aria-label": `${t("tool.remove")}: ${this.title(b)}`, click: () => this.toggle(b.mmsi) }, "×");
      return h("li", {}, h("span", { class: "name" }, this.title(b)), speed, h("span", {}, "kn"), cell, off);
    })));
    this.work();
  }

  private fetchCoasts(): void {
    if (this.coming) return;
    this.coming = true;
    loadCoasts().then((coasts) => {
      this.coasts = coasts;
      this.work();
    }).catch(() => setTimeout(() => {
      this.coming = false;
      this.fetchCoasts();
    }, 5000));
  }

  private title(b: Boat): string {
    return b.name === String(b.mmsi) ? nameOf({ mmsi: b.mmsi, label: this.fleet.labels.get(b.mmsi) }) : b.name;
  }

  /** The cursor, or the middle of the map where there is none. */
  at(lon: number, lat: number): void {
    this.cursor = [lon, lat];
    if (this.boats.length === 0 || performance.now() - this.asked < EVERY_MS) return;
    this.work();
  }

  /** Works them out: also now and then while the cursor stands, since boats move. */
  work(): void {
    this.asked = performance.now();
    if (!this.cursor) return;
    const [lon, lat] = this.cursor;
    for (const b of this.boats) {
      const c = this.fleet.byMmsi.get(b.mmsi);
      const [x, y] = c ? drawnAt(c, this.clock.reckon()) : [NaN, NaN];
      const from: [number, number] = c ? [mercatorLon(x), mercatorLat(y)] : [b.lon, b.lat];
      const cell = this.cells.get(b.name);
      if (!cell) continue;
      if (!Number.isFinite(from[0])) {
        setText(cell, t("tool.gone"));
        continue;
      }
      if (!b.flies && !this.coasts) {
        setText(cell, "…");
        continue;
      }
      const found = b.flies ? { metres: leg(from[0], from[1], lon, lat).metres, direct: true } : overWater(this.coasts, from[0], from[1], lon, lat);
      const minutes = found ? found.metres / (b.knots * KNOT) / 60 : null;
      this.minutes.set(b.name, minutes);
      setText(cell, minutes === null ? t("boats.noway") : `${minutes < 10 ? minutes.toFixed(1) : Math.round(minutes)} min${found?.direct ? "" : " ↝"}`);
    }
  }
}
