// Range and bearing between ships or places, with their closest approach; and the electronic bearing line and variable
// range marker of one ship. Both follow ships that move. Lines stand in the address.

import { type Anchor, Anchors, read, same, write } from "./anchors";
import { h, setText } from "./dom";
import { degrees, span } from "./format";
import { ahead, approach, leg } from "./geo";
import { t } from "./i18n";
import { withKey } from "./keymap";
import { recall, remember } from "./settings";
import { NAUTICAL_MILE } from "./units";
import type { View } from "./view";

const MOST = 8;
const HANDLE_PX = 16;
const LEAST_M = 20;

export interface Line {
  a: Anchor;
  b: Anchor;
}

export interface Ebl {
  ship: Anchor;
  bearing: number;
  metres: number;
}

/** A line as it is now. */
export interface Measured {
  from: [number, number];
  to: [number, number];
  range: string;
  /** Closest approach in words; empty between two that stand. */
  cpa: string;
}

export class Tools {
  lines: Line[] = [];
  ebl: Ebl | null = null;
  /** The first end of a line that is being made. */
  first: Anchor | null = null;
  /** Where its other end is held now, map pixels. */
  loose: { x: number; y: number } | null = null;
  private readonly rows = h("ul", { class: "tool-rows", "aria-live": "off" });
  private readonly hint = h("p", { class: "tool-hint", role: "status", hidden: true });
  private readonly range = h("button", { type: "button", class: "tool-range", click: () => this.start() });
  private readonly mark = h("button", { type: "button", class: "tool-ebl", click: () => this.toggleEbl() });
  private readonly way = h("button", { type: "button", class: "tool-legs", click: () => this.on.legs() });
  private readonly draw = h("button", { type: "button", class: "tool-zones", click: () => this.on.zones() });
  private readonly wipe = h("button", { type: "button", class: "tool-clear", click: () => this.clear() });
  private texts: HTMLElement[] = [];
  private built = "";

  constructor(
    root: HTMLElement, private readonly view: View, readonly anchors: Anchors,
    private readonly on: { changed(): void; selected(): number | null; zones(): void; legs(): void },
  ) {
    root.append(h("div", { class: "tool-buttons" }, this.range, this.mark, this.way, this.draw, this.wipe), this.hint, this.rows);
    for (const text of (recall("range") ?? "").split(";")) {
      const [a, b] = text.split("~").map(read);
      if (a && b && this.lines.length < MOST) this.lines.push({ a, b });
    }
    const [ship, bearing, miles] = (recall("ebl") ?? "").split(",");
    const tied = read(ship ?? "");
    if (tied && Number(miles) > 0) this.ebl = { ship: tied, bearing: Number(bearing) || 0, metres: Number(miles) * NAUTICAL_MILE };
    this.words();
  }

  words(): void {
    setText(this.range, withKey(t("tool.range"), "range"));
    setText(this.mark, withKey(t("tool.ebl"), "ebl"));
    setText(this.way, withKey(t("tool.legs"), "legs"));
    setText(this.draw, withKey(t("zones"), "zone-editor"));
    setText(this.wipe, t("tool.clear"));
    this.wipe.hidden = this.lines.length === 0 && !this.ebl;
    this.built = "";
    this.tick();
  }

  /** Begins a line at the chosen ship, else at the middle of the map; begun already, it is given up. */
  start(from?: Anchor): void {
    const ship = this.on.selected();
    this.first = this.first && !from ? null : from ?? (ship === null ? this.middle() : { mmsi: ship });
    this.loose = null;
    this.told();
  }

  /** The second end. */
  finish(to: Anchor): void {
    const a = this.first;
    this.first = this.loose = null;
    if (a && !same(a, to)) this.lines = [...this.lines.filter((l) => !(same(l.a, a) && same(l.b, to))), { a, b: to }].slice(-MOST);
    this.told();
  }

  finishAtMiddle(): void {
    this.finish(this.middle());
  }

  private middle(): Anchor {
    const { width, height } = this.view.size();
    return { lon: this.view.lonAt(width / 2), lat: this.view.latAt(height / 2) };
  }

  remove(k: number): void {
    this.lines.splice(k, 1);
    this.told();
  }

  clear(): void {
    this.lines = [];
    this.ebl = this.first = this.loose = null;
    this.told();
  }

  /** On the chosen ship, or off; one at a time. */
  toggleEbl(at?: Anchor): void {
    const ship = this.on.selected();
    const here: Anchor = at ?? (ship === null ? this.middle() : { mmsi: ship });
    this.ebl = this.ebl && ((ship === null && !at) || same(this.ebl.ship, here)) ? null : { ship: here, bearing: 0, metres: 2 * NAUTICAL_MILE };
    this.told();
  }

  /** Turns the bearing line by degrees, and the range marker by miles. */
  turnEbl(by: number, miles: number): void {
    if (!this.ebl) return;
    this.ebl.bearing = (this.ebl.bearing + by + 360) % 360;
    this.ebl.metres = Math.max(LEAST_M, this.ebl.metres + miles * NAUTICAL_MILE);
    this.told();
  }

  /** Where bearing line and range marker meet, degrees. */
  handle(): [number, number] | null {
    const at = this.ebl && this.anchors.at(this.ebl.ship);
    return at && this.ebl ? ahead(at.lon, at.lat, this.ebl.bearing, this.ebl.metres) : null;
  }

  holds(x: number, y: number): boolean {
    const at = this.handle();
    return at !== null && Math.hypot(this.view.xOf(at[0]) - x, this.view.yOf(at[1]) - y) < HANDLE_PX;
  }

  dragEbl(x: number, y: number): void {
    const at = this.ebl && this.anchors.at(this.ebl.ship);
    if (!at || !this.ebl) return;
    const to = leg(at.lon, at.lat, this.view.lonAt(x), this.view.latAt(y));
    this.ebl.bearing = to.bearing;
    this.ebl.metres = Math.max(LEAST_M, to.metres);
    this.told(false);
  }

  /** Keeps the state in the address and tells the page. */
  told(keep = true): void {
    if (keep) {
      remember("range", this.lines.map((l) => `${write(l.a)}~${write(l.b)}`).join(";"));
      const e = this.ebl;
      remember("ebl", e && "mmsi" in e.ship ? `${e.ship.mmsi},${e.bearing.toFixed(1)},${(e.metres / NAUTICAL_MILE).toFixed(2)}` : "");
    }
    this.hint.hidden = this.first === null;
    setText(this.hint, this.first ? t("tool.second", { name: this.anchors.name(this.first) }) : "");
    this.wipe.hidden = this.lines.length === 0 && !this.ebl;
    this.range.setAttribute("aria-pressed", String(this.first !== null));
    this.mark.setAttribute("aria-pressed", String(this.ebl !== null));
    this.tick();
    this.on.changed();
  }

  measure(line: Line): Measured | null {
    const a = this.anchors.at(line.a), b = this.anchors.at(line.b);
    if (!a || !b) return null;
    const way = leg(a.lon, a.lat, b.lon, b.lat);
    const near = approach(a, b);
    const cpa = !near ? "" : near.parting ? t("tool.parting")
      : t("tool.cpa", { nm: (near.metres / NAUTICAL_MILE).toFixed(2), span: span(near.seconds) });
    return { from: [a.lon, a.lat], to: [b.lon, b.lat], cpa,
      range: `${(way.metres / NAUTICAL_MILE).toFixed(2)} nm ${degrees(way.bearing)}` };
  }

  /** The list beside the map: what is measured, in words. */
  tick(): void {
    const key = this.lines.map((l) => `${write(l.a)}~${write(l.b)}`).join(";") + (this.ebl ? "e" : "");
    if (key !== this.built) this.build(key);
    this.lines.forEach((line, k) => {
      const m = this.measure(line);
      const cell = this.texts[k];
      if (cell) setText(cell, m ? [m.range, m.cpa].filter(Boolean).join(" · ") : t("tool.gone"));
    });
    const cell = this.texts[this.lines.length];
    if (this.ebl && cell) {
      const measures = `EBL ${this.ebl.bearing.toFixed(1).padStart(5, "0")}° · VRM ${(this.ebl.metres / NAUTICAL_MILE).toFixed(2)} nm`;
      setText(cell, `${measures} · ${this.inside(this.ebl)}`);
    }
  }

  /** Who is within the range ring, in words. */
  private inside(ebl: Ebl): string {
    const found = this.anchors.around(ebl.ship, ebl.metres);
    if (!found) return t("tool.gone");
    if (found.nearest === null) return t("tool.nobody");
    return t("tool.inside", { n: found.count, name: this.anchors.name({ mmsi: found.nearest }), nm: (found.metres / NAUTICAL_MILE).toFixed(2) });
  }

  private build(key: string): void {
    this.built = key;
    this.texts = [];
    const row = (name: string, off: () => void) => {
      const text = h("span", { class: "tool-text" });
      this.texts.push(text);
      return h("li", {}, h("div", {}, h("b", {}, name), text),
        h("button", { type: "button", "aria-label": `${t("tool.remove")}: ${name}`, click: off }, "×"));
    };
    const rows = this.lines.map((l, k) => row(`${this.anchors.name(l.a)} → ${this.anchors.name(l.b)}`, () => this.remove(k)));
    if (this.ebl) rows.push(row(this.anchors.name(this.ebl.ship), () => {
      this.ebl = null;
      this.told();
    }));
    this.rows.replaceChildren(...rows);
    this.wipe.hidden = rows.length === 0;
  }
}
