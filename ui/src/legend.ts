// Bottom left: ship types with their numbers (a press hides one), vectors and names; scale bar and cursor.

import { h, setText } from "./dom";
import { CATEGORIES, type Fleet } from "./fleet";
import { latitude, longitude } from "./format";
import { t } from "./i18n";
import { token } from "./palette";
import { CIRCUMFERENCE, NAUTICAL_MILE } from "./units";
import type { View } from "./view";

const SCALE_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
const SCALE_PX = 130;

export class Legend {
  private readonly counts: HTMLElement[] = [];
  private readonly items: HTMLElement[] = [];

  constructor(
    private readonly root: HTMLElement, private readonly fleet: Fleet,
    private readonly on: { hide(mask: number): void; vectors(): void; labels(): void; resized(): void },
    private mask = 0,
  ) {
    this.build("", "");
  }

  build(vectors: string, labels: string): void {
    this.counts.length = 0;
    this.items.length = 0;
    const list = h("ul", {});
    CATEGORIES.forEach((name, k) => {
      const count = h("span", { class: "n" });
      const swatch = h("i", {});
      swatch.style.background = token(`--ship-${name}`);
      const item = h("button", {
        type: "button", title: t("legend.show", { name: t(`cat.${name}`) }), click: () => this.toggle(k),
      }, swatch, h("span", {}, t(`cat.${name}`)), count);
      this.counts.push(count);
      this.items.push(item);
      list.append(h("li", {}, item));
    });
    const wasOpen = this.root.querySelector("details")?.open ?? (innerWidth >= 1500 && innerHeight >= 850);
    const details = h("details", { open: wasOpen, toggle: () => this.on.resized() }, h("summary", {}, t("legend")), list);
    this.root.replaceChildren(details, h("div", { class: "switches" },
      h("button", { type: "button", click: () => this.on.vectors() }, `${t("legend.vectors")}: ${vectors}`),
      h("button", { type: "button", click: () => this.on.labels() }, `${t("legend.labels")}: ${labels}`)));
    this.marks();
    this.tick();
  }

  toggleOpen(): void {
    const details = this.root.querySelector("details");
    if (details) details.open = !details.open;
  }

  /** How many ships are on the picture and not hidden. */
  shown(): number {
    if (this.mask === 0) return this.fleet.size;
    return this.fleet.contacts.filter((c) => !((this.mask >> c.category) & 1) || c.alert > 0).length;
  }

  tick(): void {
    const n = new Array<number>(CATEGORIES.length).fill(0);
    for (const c of this.fleet.contacts) n[c.category] = (n[c.category] ?? 0) + 1;
    this.counts.forEach((element, k) => setText(element, String(n[k])));
  }

  private toggle(k: number): void {
    this.mask ^= 1 << k;
    this.marks();
    this.on.hide(this.mask);
  }

  private marks(): void {
    this.items.forEach((item, k) => {
      const off = ((this.mask >> k) & 1) === 1;
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
