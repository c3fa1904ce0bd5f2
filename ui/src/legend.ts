// Bottom left: ship types with their numbers (a press hides one), vectors and names; scale bar and cursor.

import { h, setText } from "./dom";
import { CATEGORIES, type Fleet, SOURCES, sourceOf } from "./fleet";
import { latitude, longitude } from "./format";
import { filterForm, type Wanted } from "./filter";
import { t } from "./i18n";
import { token } from "./palette";
import { shapeIcon } from "./shapes";
import { CIRCUMFERENCE, NAUTICAL_MILE } from "./units";
import type { View } from "./view";

const SCALE_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
const SCALE_PX = 130;
/** The symbol on the map tells who sees a ship; its colour her type. */
const SHAPE = { ais: "shape.a", radar: "shape.radar", both: "shape.both" } as const;

export interface LegendHandlers {
  filtered(): void;
  vectors(): void;
  labels(): void;
  zones(): void;
  trails(): void;
  resized(): void;
}

/** What the switches say. */
export interface Says {
  vectors: string;
  labels: string;
  zones: string;
  trails: string;
}

export class Legend {
  private readonly counts: HTMLElement[] = [];
  private readonly items: HTMLElement[] = [];
  private readonly heard: HTMLElement[] = [];

  constructor(
    private readonly root: HTMLElement, private readonly fleet: Fleet, private readonly wanted: Wanted,
    private readonly on: LegendHandlers,
  ) {}

  build(says: Says): void {
    this.counts.length = 0;
    this.items.length = 0;
    this.heard.length = 0;
    const list = h("ul", {});
    for (const name of CATEGORIES) {
      const count = h("span", { class: "n" });
      const swatch = h("i", {});
      swatch.style.background = token(`--ship-${name}`);
      const item = h("button", {
        type: "button", title: t("legend.show", { name: t(`cat.${name}`) }), click: () => this.toggle(name),
      }, swatch, h("span", {}, t(`cat.${name}`)), count);
      this.counts.push(count);
      this.items.push(item);
      list.append(h("li", {}, item));
    }
    const shapes = h("ul", { class: "by-source", "aria-label": t("legend.sources") });
    for (const source of SOURCES) {
      const count = h("span", { class: "n" });
      const item = h("li", {}, h("span", {}, t(`from.${source}`)), count);
      item.prepend(shapeIcon(SHAPE[source]));
      this.heard.push(count);
      shapes.append(item);
    }
    const wasOpen = this.root.querySelector("details")?.open ?? (innerWidth >= 1500 && innerHeight >= 1000);
    const details = h("details", { open: wasOpen, toggle: () => this.on.resized() }, h("summary", {}, t("legend")), list, shapes,
      filterForm(this.wanted, () => this.on.filtered()));
    const turn = (key: "vectors" | "trails" | "labels" | "zones") =>
      h("button", { type: "button", class: `turn-${key}`, click: () => this.on[key]() }, `${t(`legend.${key}`)}: ${says[key]}`);
    this.root.replaceChildren(details,
      h("div", { class: "switches" }, turn("vectors"), turn("trails"), turn("labels"), turn("zones")));
    this.marks();
    this.tick();
  }

  /** Opens or closes; opened from the keyboard, the focus goes in. */
  toggleOpen(): void {
    const details = this.root.querySelector("details");
    if (!details) return;
    details.open = !details.open;
    if (details.open) this.items[0]?.focus();
  }

  tick(): void {
    const n = new Array<number>(CATEGORIES.length).fill(0);
    for (const c of this.fleet.contacts) n[c.category] = (n[c.category] ?? 0) + 1;
    this.counts.forEach((element, k) => setText(element, String(n[k])));
    const by = { ais: 0, radar: 0, both: 0 };
    for (const c of this.fleet.contacts) by[sourceOf(c)] += 1;
    this.heard.forEach((element, k) => setText(element, String(by[SOURCES[k] ?? "ais"])));
  }

  private toggle(name: string): void {
    if (!this.wanted.hide.delete(name)) this.wanted.hide.add(name);
    this.marks();
    this.on.filtered();
  }

  private marks(): void {
    this.items.forEach((item, k) => {
      const off = this.wanted.hide.has(CATEGORIES[k] ?? "");
      item.classList.toggle("off", off);
      item.setAttribute("aria-pressed", String(!off));
    });
  }
}

export class Readout {
  private readonly bar = h("div", { class: "bar" });
  private readonly miles = h("span", {});
  private readonly cursor = h("span", { class: "cursor" });

  constructor(root: HTMLElement, private readonly view: View) {
    root.append(h("div", { class: "scale" }, this.bar, this.miles), this.cursor);
  }

  scale(): void {
    const { height } = this.view.size();
    const lat = this.view.latAt(height / 2);
    const perMile = (NAUTICAL_MILE * this.view.scale) / (CIRCUMFERENCE * Math.cos((lat * Math.PI) / 180));
    const step = [...SCALE_STEPS].reverse().find((s) => s * perMile <= SCALE_PX) ?? 0.1;
    this.bar.style.width = `${(step * perMile).toFixed(1)}px`;
    setText(this.miles, `${step} nm`);
  }

  at(x: number | null, y: number): void {
    setText(this.cursor, x === null ? "" : `${latitude(this.view.latAt(y))}  ${longitude(this.view.lonAt(x))}`);
  }
}
