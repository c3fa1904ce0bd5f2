// A table of many rows of which only those that are seen exist: 50,000 ships scroll as 50 do.

import { h, setText } from "../dom";
import { CATEGORIES, type Contact, nameOf } from "../fleet";
import { t } from "../stats/words";
import type { Column } from "./columns";

const ROW = 28; // px
const MORE = 6; // rows above and below what is seen
const TALLEST = 8_000_000; // px: browsers lay out no taller element reliably

export interface TableHandlers {
  sort(key: string): void;
  open(ship: Contact): void;
}

export class Table {
  readonly root = h("div", { class: "grid", role: "grid", tabindex: "0", "aria-rowcount": 0 });
  private readonly head = h("div", { class: "row head", role: "row" });
  private readonly space = h("div", { class: "space-of-rows" });
  private readonly body = h("div", { class: "rows" });
  private rows: Contact[] = [];
  private columns: Column[] = [];
  private drawn: HTMLElement[] = [];
  private frame = 0;
  private nowMs = 0;
  /** The chosen row: by ship, so that it stays with her. */
  chosen: number | null = null;

  constructor(private readonly on: TableHandlers) {
    this.space.append(this.body);
    this.root.append(this.head, this.space);
    this.root.addEventListener("scroll", () => this.later(), { passive: true });
    new ResizeObserver(() => this.later()).observe(this.root);
    this.body.addEventListener("click", (event) => {
      const ship = this.rows[this.index(event.target as HTMLElement)];
      if (ship) this.choose(ship.mmsi);
    });
    this.body.addEventListener("dblclick", (event) => {
      const ship = this.rows[this.index(event.target as HTMLElement)];
      if (ship) this.on.open(ship);
    });
  }

  private index(target: HTMLElement): number {
    return Number(target.closest<HTMLElement>("[data-at]")?.dataset.at ?? -1);
  }

  /** The head of the table: columns, and by which rows are ordered. */
  build(columns: Column[], by: string, down: boolean): void {
    this.columns = columns;
    this.root.style.setProperty("--columns", columns.map((c) => `${c.wide}px`).join(" "));
    this.head.replaceChildren(...columns.map((c) => h("div", { class: `cell${c.right ? " right" : ""}`, role: "columnheader",
      "aria-sort": c.key === by ? (down ? "descending" : "ascending") : "none" },
      h("button", { type: "button", "data-key": c.key, title: t("fleet.sort", { name: t(`f.${c.key}`) }), click: () => this.on.sort(c.key) },
        `${t(`f.${c.key}`)}${c.key === by ? (down ? " ▼" : " ▲") : ""}`))));
    this.drawn = [];
    this.body.replaceChildren();
    this.later();
  }

  show(rows: Contact[], nowMs: number): void {
    this.rows = rows;
    this.nowMs = nowMs;
    this.root.setAttribute("aria-rowcount", String(rows.length + 1));
    const high = `${Math.min(rows.length * ROW, TALLEST)}px`;
    if (this.space.style.height !== high) this.space.style.height = high;
    this.later();
  }

  choose(mmsi: number | null): void {
    this.chosen = mmsi;
    this.later();
  }

  /** The chosen ship, where she is among the rows. */
  get ship(): Contact | undefined {
    return this.rows.find((c) => c.mmsi === this.chosen);
  }

  /** Another row by keyboard: by so many, and into sight. */
  step(by: number): void {
    if (!this.rows.length) return;
    const at = this.rows.findIndex((c) => c.mmsi === this.chosen);
    // Without a chosen row one begins with the first that is seen; to the ends one goes from anywhere.
    const from = at >= 0 || Math.abs(by) > this.rows.length ? at + by : this.first;
    const to = Math.min(Math.max(from, 0), this.rows.length - 1);
    this.chosen = this.rows[to]?.mmsi ?? null;
    const top = to * this.scale;
    const seen = this.root.clientHeight - ROW;
    if (top < this.root.scrollTop) this.root.scrollTop = top;
    else if (top + ROW > this.root.scrollTop + seen) this.root.scrollTop = top + ROW - seen;
    this.later();
  }

  get page(): number {
    return Math.max(1, Math.floor((this.root.clientHeight - ROW) / ROW) - 1);
  }

  /** Pixels of scrolling that a row takes: less than its height where all rows are taller than a browser lays out. */
  private get scale(): number {
    const all = this.rows.length * ROW;
    if (all <= TALLEST) return ROW;
    const seen = this.root.clientHeight - ROW;
    return (TALLEST - seen) / Math.max(this.rows.length - seen / ROW, 1);
  }

  private get first(): number {
    return Math.floor(this.root.scrollTop / this.scale);
  }

  private later(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    const from = Math.max(0, this.first - MORE);
    const n = Math.min(this.rows.length - from, Math.ceil(this.root.clientHeight / ROW) + 2 * MORE);
    while (this.drawn.length < n) this.drawn.push(this.blank());
    if (this.body.childElementCount !== n) this.body.replaceChildren(...this.drawn.slice(0, n));
    const into = this.scale === ROW ? from * ROW : this.root.scrollTop - (this.first - from) * ROW;
    this.body.style.transform = `translateY(${into}px)`;
    for (let k = 0; k < n; k += 1) this.fill(this.drawn[k] as HTMLElement, from + k);
  }

  private blank(): HTMLElement {
    return h("div", { class: "row", role: "row" }, ...this.columns.map((c) => h("div", { class: `cell ${c.key}${c.right ? " right" : ""}`, role: "gridcell" })));
  }

  private fill(element: HTMLElement, at: number): void {
    const ship = this.rows[at] as Contact;
    if (element.dataset.at !== String(at)) {
      element.dataset.at = String(at);
      element.setAttribute("aria-rowindex", String(at + 2));
    }
    const chosen = ship.mmsi === this.chosen;
    const look = `row${chosen ? " chosen" : ""}${ship.alert ? ` alert-${ship.alert}` : ""}`;
    if (element.className !== look) element.className = look;
    if (chosen !== (element.getAttribute("aria-selected") === "true")) element.setAttribute("aria-selected", chosen ? "true" : "false");
    this.columns.forEach((column, k) => {
      const cell = element.children[k] as HTMLElement;
      if (column.key === "name") {
        this.name(cell, ship);
        return;
      }
      setText(cell, column.text(ship, this.nowMs));
      if (column.key === "type") {
        const colour = `var(--ship-${CATEGORIES[ship.category] ?? "unknown"})`;
        if (cell.style.getPropertyValue("--swatch") !== colour) cell.style.setProperty("--swatch", colour);
      }
    });
  }

  /** The name leads to the watch page. */
  private name(cell: HTMLElement, ship: Contact): void {
    let link = cell.firstElementChild as HTMLAnchorElement | null;
    if (!link) {
      link = h("a", { tabindex: "-1" });
      cell.append(link);
    }
    setText(link, nameOf(ship));
    const address = `./?ship=${ship.mmsi}`;
    if (link.getAttribute("href") !== address) {
      link.setAttribute("href", address);
      link.title = t("fleet.open", { name: nameOf(ship) });
    }
  }
}
