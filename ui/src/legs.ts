// A way of several legs between ships or places: bearing and distance of each, and of the whole. It stands in the address.

import { type Anchor, type Anchors, read, write } from "./anchors";
import { h, setText } from "./dom";
import { degrees } from "./format";
import { leg } from "./geo";
import { t } from "./i18n";
import { token } from "./palette";
import { keyFor } from "./keymap";
import { recall, remember } from "./settings";
import { NAUTICAL_MILE } from "./units";
import type { View } from "./view";

const MOST = 60;

export class Legs {
  points: Anchor[] = [];
  /** Points are being added. */
  open = false;
  loose: { x: number; y: number } | null = null;
  private readonly text = h("span", { class: "tool-text" });
  private readonly row: HTMLElement;

  constructor(root: HTMLElement, private readonly view: View, private readonly anchors: Anchors, private readonly changed: () => void) {
    this.points = (recall("legs") ?? "").split("~").map(read).filter((a) => a !== null).slice(0, MOST);
    this.row = h("ul", { class: "tool-rows legs" }, h("li", {}, h("div", {}, this.text),
      h("button", { type: "button", class: "off", "aria-label": t("tool.remove"), click: () => this.clear() }, "×")));
    root.append(this.row);
    this.tick();
  }

  /** Begins a way, or ends the one that is being made. */
  toggle(): void {
    if (this.open) this.open = false;
    else {
      this.open = true;
      this.points = [];
    }
    this.told();
  }

  add(at: Anchor): void {
    if (this.points.length < MOST) this.points.push(at);
    this.told();
  }

  addAtMiddle(): void {
    const { width, height } = this.view.size();
    const at = this.loose ?? { x: width / 2, y: height / 2 };
    this.add({ lon: this.view.lonAt(at.x), lat: this.view.latAt(at.y) });
  }

  back(): void {
    this.points.pop();
    this.told();
  }

  clear(): void {
    this.points = [];
    this.open = false;
    this.told();
  }

  private told(): void {
    remember("legs", this.points.map(write).join("~"));
    this.tick();
    this.changed();
  }

  /** Bearing and metres of each leg as it is now; legs from or to a ship that is gone are left out. */
  measured(): { metres: number; bearing: number }[] {
    const at = this.points.map((p) => this.anchors.at(p));
    return at.slice(1).flatMap((b, k) => {
      const a = at[k];
      return a && b ? [leg(a.lon, a.lat, b.lon, b.lat)] : [];
    });
  }

  tick(): void {
    this.row.hidden = this.points.length === 0 && !this.open;
    const all = this.measured();
    const miles = all.reduce((sum, l) => sum + l.metres, 0) / NAUTICAL_MILE;
    setText(this.text, all.length === 0 ? t("legs.begin", { key: keyFor("legs") }) : t(this.open ? "legs.open" : "legs.total", { n: all.length, nm: miles.toFixed(2), key: keyFor("legs") }));
  }

  paint(c: CanvasRenderingContext2D, font: string): void {
    if (this.points.length === 0 && !this.open) return;
    const at = this.points.map((p) => this.anchors.at(p)).filter((p) => p !== null);
    c.save();
    c.strokeStyle = c.fillStyle = token("--tool");
    c.lineWidth = 1.6;
    c.font = `600 12px ${font}`;
    c.textAlign = "left";
    const xy = at.map((p): [number, number] => [this.view.xOf(p.lon), this.view.yOf(p.lat)]);
    c.beginPath();
    for (const [x, y] of xy) c.lineTo(x, y);
    c.stroke();
    for (const [x, y] of xy) c.fillRect(x - 2.5, y - 2.5, 5, 5);
    const last = xy[xy.length - 1];
    if (this.open) {
      const { width, height } = this.view.size();
      const to = this.loose ?? { x: width / 2, y: height / 2 };
      c.setLineDash([5, 4]);
      c.beginPath();
      if (last) c.moveTo(...last);
      c.lineTo(to.x, to.y);
      c.stroke();
      c.setLineDash([]);
      c.beginPath();
      c.moveTo(to.x - 8, to.y);
      c.lineTo(to.x + 8, to.y);
      c.moveTo(to.x, to.y - 8);
      c.lineTo(to.x, to.y + 8);
      c.stroke();
    }
    let sum = 0;
    at.slice(1).forEach((b, k) => {
      const a = at[k] as (typeof at)[number], p = xy[k] as [number, number], q = xy[k + 1] as [number, number];
      const way = leg(a.lon, a.lat, b.lon, b.lat);
      sum += way.metres;
      if (Math.hypot(p[0] - q[0], p[1] - q[1]) < 60) return;
      const words = `${(way.metres / NAUTICAL_MILE).toFixed(2)} nm ${degrees(way.bearing)} · ${(sum / NAUTICAL_MILE).toFixed(2)}`;
      const x = (p[0] + q[0]) / 2 + 6, y = (p[1] + q[1]) / 2;
      c.save();
      c.globalAlpha = 0.86;
      c.fillStyle = token("--bg");
      c.fillRect(x - 4, y - 13, c.measureText(words).width + 8, 18);
      c.restore();
      c.fillText(words, x, y);
    });
    c.restore();
  }
}
