// The fleet table: all ships of the live picture, ordered, filtered by the words of the watch page, and handed out.

import "../palettes.css";
import "../stats/shell.css";
import "./roster.css";
import { h, must, setText } from "../dom";
import { Feed } from "../feed";
import { type Contact, Fleet } from "../fleet";
import { filterForm, keepFilter, readFilter, sieveOf } from "../filter";
import { recall, remember } from "../settings";
import { plainKey, save, shell } from "../stats/shell";
import { t } from "../stats/words";
import { Watched } from "../watched";
import { type Column, COLUMNS, FIRST, ordered } from "./columns";
import { csvOf, geojsonOf, sheetOf, xlsxOf } from "./files";
import { Table } from "./table";

const STALE_MS = 10_000;
const PRUNE_MS = 60_000;

class Roster {
  readonly fleet = new Fleet();
  readonly watched = new Watched();
  readonly wanted = readFilter();
  readonly table = new Table({ sort: (key) => this.sort(key), open: (ship) => this.open(ship) });
  private by = recall("sort")?.replace(/^-/, "") ?? "name";
  private down = (recall("sort") ?? "").startsWith("-");
  private chosen = (recall("columns") ?? "").split(",").filter((k) => COLUMNS.some((c) => c.key === k));
  private rows: Contact[] = [];
  private locked: number[] | null = null; // ships in the order that was locked
  private moved = 0;
  private heardMs = -Infinity;
  private clockMs = 0;
  private any = false;
  private readonly count = h("span", { class: "count", role: "status" });
  private readonly note = h("span", { class: "lock-note" });
  private readonly lost = h("p", { class: "trouble", role: "alert", hidden: true });
  private readonly nothing = h("p", { class: "note nothing" });
  private readonly tools = h("div", { class: "tools" });
  private readonly side = h("aside", { id: "filter" });

  constructor() {
    new Feed({
      rows: (rows, clockMs, all) => {
        this.clockMs = clockMs;
        this.heardMs = performance.now();
        this.any = true;
        this.fleet.apply(rows, clockMs, all);
      },
      labels: (labels, all) => this.fleet.setLabels(labels, all),
      alerts: (alerts, all) => this.takeAlerts(alerts, all),
      health: () => {
        this.heardMs = performance.now();
      },
    });
    must("page").append(this.tools, this.lost, h("div", { class: "work" }, this.side, h("div", { class: "holds" }, this.table.root, this.nothing)));
    this.words();
    setInterval(() => this.tick(), 1000);
    setInterval(() => this.fleet.prune(this.clockMs), PRUNE_MS);
    this.soon();
  }

  private readonly alerts = new Map<string, Parameters<Fleet["setAlerts"]>[0] extends Iterable<infer A> ? A : never>();

  private takeAlerts(alerts: Parameters<Fleet["setAlerts"]>[0], all: boolean): void {
    if (all) this.alerts.clear();
    for (const alert of alerts) this.alerts.set(alert.id, alert);
    this.fleet.setAlerts(this.alerts.values());
  }

  /** The first rows are shown as soon as they are there. */
  private soon(): void {
    if (this.any) this.tick();
    else setTimeout(() => this.soon(), 50);
  }

  private get columns(): Column[] {
    const keys = this.chosen.length ? this.chosen : FIRST;
    return COLUMNS.filter((c) => keys.includes(c.key));
  }

  private get column(): Column {
    return COLUMNS.find((c) => c.key === this.by) ?? (COLUMNS[0] as Column);
  }

  /** Which ships, in which order. While the order is locked rows stay where they are; who is new comes last. */
  tick(): void {
    const sieve = sieveOf(this.wanted, this.watched.ships);
    const passing = sieve ? this.fleet.contacts.filter(sieve) : [...this.fleet.contacts];
    if (this.locked === null) {
      this.rows = ordered(passing, this.column, this.down, this.clockMs);
      this.moved = 0;
    } else {
      const now = new Map(passing.map((c) => [c.mmsi, c]));
      const before = this.locked.length;
      const stay = this.locked.filter((m) => now.has(m));
      const held = new Set(stay);
      const fresh = passing.filter((c) => !held.has(c.mmsi)).map((c) => c.mmsi);
      this.moved += before - stay.length + fresh.length;
      this.locked = [...stay, ...fresh];
      this.rows = this.locked.map((m) => now.get(m) as Contact);
    }
    this.table.show(this.rows, this.clockMs);
    this.say();
  }

  private say(): void {
    setText(this.count, t("fleet.count", { shown: this.rows.length.toLocaleString("en"), all: this.fleet.size.toLocaleString("en") }));
    setText(this.note, this.locked ? t("fleet.locked", { n: this.moved }) : "");
    setText(this.nothing, !this.any ? t("fleet.waiting") : this.rows.length ? "" : t("fleet.none"));
    this.lost.hidden = !this.any || performance.now() - this.heardMs < STALE_MS;
    setText(this.lost, t("fleet.link"));
    document.documentElement.dataset.ready = this.any ? "1" : "";
  }

  sort(key: string): void {
    this.down = key === this.by ? !this.down : false;
    this.by = key;
    this.locked = null;
    remember("sort", `${this.down ? "-" : ""}${key}`);
    this.words();
    this.tick();
  }

  lock(): void {
    this.locked = this.locked ? null : this.rows.map((c) => c.mmsi);
    this.moved = 0;
    this.bar();
    this.tick();
  }

  open(ship: Contact | undefined): void {
    if (ship) location.assign(`./?ship=${ship.mmsi}`);
  }

  /** Everything whose words depend on the language. */
  words(): void {
    this.table.build(this.columns, this.by, this.down);
    this.bar();
    const form = () => this.side.replaceChildren(this.types(), filterForm(this.wanted, () => {
      keepFilter(this.wanted);
      form();
      this.tick();
    }));
    form();
    this.say();
  }

  private types(): HTMLElement {
    return h("div", { class: "kinds" }, ...["cargo", "tanker", "passenger", "fast", "fishing", "service", "pleasure", "unknown", "aid"].map((kind) => {
      const box = h("input", { type: "checkbox", name: "kind", value: kind, checked: !this.wanted.hide.has(kind), change: () => {
        if (box.checked) this.wanted.hide.delete(kind);
        else this.wanted.hide.add(kind);
        keepFilter(this.wanted);
        this.tick();
      } });
      const swatch = h("i", {});
      swatch.style.background = `var(--ship-${kind})`;
      return h("label", { class: "tick" }, box, swatch, h("span", {}, t(`cat.${kind}`)));
    }));
  }

  private bar(): void {
    const choose = h("details", { class: "choose" }, h("summary", {}, t("fleet.columns")), h("div", { class: "list" }, ...COLUMNS.map((c) => {
      const box = h("input", { type: "checkbox", name: "column", value: c.key, checked: this.columns.includes(c), change: () => {
        const keys = new Set(this.columns.map((x) => x.key));
        if (box.checked) keys.add(c.key);
        else keys.delete(c.key);
        if (keys.size === 0) keys.add("name");
        this.chosen = COLUMNS.filter((x) => keys.has(x.key)).map((x) => x.key);
        remember("columns", this.chosen.join(",") === FIRST.join(",") ? "" : this.chosen.join(","));
        this.table.build(this.columns, this.by, this.down);
      } });
      return h("label", { class: "tick" }, box, t(`f.${c.key}`));
    })));
    this.tools.replaceChildren(h("h1", {}, t("fleet.title")), this.count,
      h("button", { type: "button", class: "lock", "aria-pressed": this.locked ? "true" : "false", click: () => this.lock() }, t("fleet.lock")),
      this.note, h("span", { class: "space" }), choose,
      h("span", { class: "export", role: "group", "aria-label": t("fleet.export") }, ...(["csv", "xlsx", "geojson"] as const).map((kind) =>
        h("button", { type: "button", "data-export": kind, title: `${t("fleet.export")}: ${kind.toUpperCase()}`, click: () => this.export(kind) }, kind.toUpperCase()))),
      h("small", { class: "keys-of" }, t("fleet.keys")));
  }

  export(kind: "csv" | "xlsx" | "geojson"): void {
    const name = `fleet-${new Date(this.clockMs).toISOString().slice(0, 16).replace(/[-:]/g, "")}Z.${kind}`;
    const sheet = sheetOf(this.rows, this.columns, this.clockMs);
    if (kind === "csv") save(name, "text/csv;charset=utf-8", "\ufeff", csvOf(sheet));
    else if (kind === "geojson") save(name, "application/geo+json", geojsonOf(this.rows, this.columns, this.clockMs));
    else save(name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsxOf(sheet, t("fleet.title")) as BlobPart);
  }

  press(event: KeyboardEvent): boolean {
    const key = plainKey(event);
    const order = this.columns.map((c) => c.key);
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1, PageDown: this.table.page, PageUp: -this.table.page, Home: -1e9, End: 1e9 };
    const onButton = /^(BUTTON|A|SUMMARY)$/.test((event.target as HTMLElement).tagName);
    if (key in moves) this.table.step(moves[key] as number);
    else if (key === "Enter" && !onButton) this.open(this.table.ship);
    else if (key === "l" || key === "L") this.lock();
    else if (key === "S") this.sort(this.by);
    else if (key === "s") this.sort(order[(order.indexOf(this.by) + 1) % order.length] ?? "name");
    else if (key === "e" || key === "E") this.export("csv");
    else if (key === "Escape") this.table.choose(null);
    else if (key === "/") this.side.querySelector<HTMLInputElement>("input[name=text]")?.focus();
    else return false;
    return true;
  }
}

let roster: Roster | null = null;
shell("fleet", () => roster?.words());
roster = new Roster();
addEventListener("keydown", (event) => {
  if (roster?.press(event)) event.preventDefault();
  else if (event.key === "Escape") (document.activeElement as HTMLElement | null)?.blur();
});
