// Zones drawn and changed on the page: the panel with their list, the draft on the map, saving and taking out.

import type { Feature } from "geojson";
import type { Map as MapLibre } from "maplibre-gl";
import { myName, send } from "./deeds";
import { h, setText } from "./dom";
import { t } from "./i18n";
import { remember } from "./settings";
import { paperIcon } from "./shapes";
import { ask, text } from "./sheet";
import type { View } from "./view";
import { Draft, type Point, type Shape } from "./zonedraft";
import { ZoneForm } from "./zoneform";
import type { ZoneLayer } from "./zones";

const GRAB_PX = 11;
const NUDGE_PX = 8;

type Grip = { what: "corner" | "middle" | "reach"; k: number };

export class ZoneEditor {
  draft: Draft | null = null;
  /** Where the pointer is while corners are added, map pixels. */
  loose: { x: number; y: number } | null = null;
  may = false;
  account = "";
  onReport: (name: string) => void = () => {};
  private form: ZoneForm | null = null;
  private known: Feature | null = null;
  private held: Grip | null = null;
  private readonly hint = h("p", { class: "tool-hint", role: "status" });

  constructor(private readonly root: HTMLElement, private readonly map: MapLibre, private readonly view: View, private readonly zones: ZoneLayer) {}

  get opened(): boolean {
    return !this.root.hidden;
  }

  toggle(): void {
    if (this.opened) this.close();
    else {
      this.root.hidden = false;
      this.build();
      this.root.querySelector<HTMLElement>("button.new")?.focus();
    }
  }

  close(): void {
    this.give();
    this.root.hidden = true;
    this.map.triggerRepaint();
  }

  /** One step back: the draft, then the panel. True where there was something to give up. */
  escape(): boolean {
    if (!this.opened) return false;
    if (this.draft) this.give();
    else this.close();
    return true;
  }

  private give(): void {
    this.draft = this.form = this.known = this.loose = null;
    this.map.doubleClickZoom.enable();
    if (this.opened) this.build();
    this.map.triggerRepaint();
  }

  begin(shape: Shape): void {
    this.draft = new Draft(shape);
    this.known = null;
    this.edit();
  }

  /** Opens a zone of the sea. */
  open(zone: Feature): void {
    const p = zone.properties as { width?: string };
    const draft = Draft.of(zone.geometry, parseFloat(p.width ?? ""));
    if (!draft) return;
    this.draft = draft;
    this.known = zone;
    const lons = draft.points.map((q) => q[0]), lats = draft.points.map((q) => q[1]);
    this.map.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], { padding: { top: 60, bottom: 60, left: 360, right: 60 }, maxZoom: 13, duration: 500 });
    this.edit();
  }

  private edit(): void {
    const draft = this.draft as Draft;
    this.map.doubleClickZoom.disable();
    this.form = new ZoneForm(draft, this.known, {
      save: () => void this.save(), cancel: () => this.give(), remove: () => void this.remove(), finish: () => this.finish(), changed: () => this.changed(),
    });
    this.build();
    this.changed();
  }

  words(): void {
    if (this.opened) this.build();
  }

  build(): void {
    const head = h("div", { class: "panel-head" }, h("h2", {}, t("zones")),
      h("button", { type: "button", class: "close", "aria-label": t("card.close"), click: () => this.close() }, "×"));
    if (this.form) {
      this.root.replaceChildren(head, this.hint, this.form.root);
      return;
    }
    const fresh = this.may ? h("div", { class: "new-zone" }, ...(["area", "line", "circle"] as Shape[]).map((shape) =>
      h("button", { type: "button", class: "new", "data-shape": shape, click: () => this.begin(shape) }, `+ ${t(`zone.${shape}`)}`))) : h("p", { class: "empty" }, t("zones.readonly"));
    const rows = this.zones.features.map((zone) => {
      const p = zone.properties as { name: string; kind: string; source?: string };
      return h("li", {}, h("button", { type: "button", class: "open", title: p.source ?? "", click: () => this.open(zone) }, h("b", {}, p.name), h("span", {}, t(`kind.${p.kind}`))),
        h("button", { type: "button", class: "to-report", title: t("report"), "aria-label": `${t("report")}: ${p.name}`, click: () => this.onReport(p.name) }, paperIcon()));
    });
    this.root.replaceChildren(head, fresh, rows.length > 0 ? h("ul", { class: "zone-list" }, ...rows) : h("p", { class: "empty" }, t("zones.none")));
  }

  private changed(): void {
    this.form?.refresh();
    const d = this.draft;
    if (d) setText(this.hint, t(d.open ? (d.shape === "circle" ? "zone.drawCircle" : "zone.draw") : "zone.change", { n: d.points.length }));
    this.map.triggerRepaint();
  }

  // --- on the map ---
  private at(x: number, y: number): Point {
    return [this.view.lonAt(x), this.view.latAt(y)];
  }

  private grip(x: number, y: number): Grip | null {
    const d = this.draft;
    if (!d) return null;
    const near = (p: Point) => Math.hypot(this.view.xOf(p[0]) - x, this.view.yOf(p[1]) - y) < GRAB_PX;
    const reach = d.handle();
    if (reach && near(reach)) return { what: "reach", k: 0 };
    const k = d.points.findIndex(near);
    if (k >= 0) return { what: "corner", k };
    const middle = d.middles().find(([, p]) => near(p));
    return middle ? { what: "middle", k: middle[0] } : null;
  }

  /** The pointer goes down; true where it takes hold of the draft. */
  down(x: number, y: number): boolean {
    const grip = this.grip(x, y);
    if (!this.draft || !grip || this.draft.open) return false; // a press adds a corner then, or closes the area
    if (grip.what === "middle") {
      this.draft.insert(grip.k, this.at(x, y));
      this.held = { what: "corner", k: grip.k + 1 };
    } else {
      this.held = grip;
      if (grip.what === "corner") this.draft.chosen = grip.k;
    }
    this.changed();
    return true;
  }

  /** The pointer moves; true while it holds something. */
  move(x: number, y: number): boolean {
    if (!this.draft) return false;
    if (this.held) {
      if (this.held.what === "reach") this.draft.reach(this.at(x, y));
      else this.draft.move(this.held.k, this.at(x, y));
      this.changed();
      return true;
    }
    this.loose = { x, y };
    if (this.draft.open) this.map.triggerRepaint();
    return false;
  }

  up(): void {
    this.held = null;
  }

  /** A press on the map adds a corner; on the first one it closes the area. */
  click(x: number, y: number): void {
    const d = this.draft;
    if (!d?.open) return;
    const first = d.points[0];
    if (first && d.shape === "area" && d.complete && Math.hypot(this.view.xOf(first[0]) - x, this.view.yOf(first[1]) - y) < GRAB_PX) this.finish();
    else d.add(this.at(x, y));
    this.changed();
  }

  /** No more corners; the second press of a double click added one too many. */
  finish(doubled = false): void {
    const d = this.draft;
    if (!d?.open) return;
    if (doubled) d.remove(d.points.length - 1);
    if (!d.complete) return;
    d.open = false;
    this.changed();
    (this.form?.root.elements.namedItem("name") as HTMLInputElement | null)?.focus();
  }

  // --- from the keyboard ---
  /** Enter: a corner under the pointer, or at the cross in the middle of the map. */
  enter(): void {
    const { width, height } = this.view.size();
    if (this.draft?.open) this.draft.add(this.loose ? this.at(this.loose.x, this.loose.y) : this.at(width / 2, height / 2));
    this.changed();
  }

  key(name: string): boolean {
    const d = this.draft;
    if (!d) return false;
    const nudge: Record<string, [number, number]> = {
      "shift+ArrowLeft": [-NUDGE_PX, 0], "shift+ArrowRight": [NUDGE_PX, 0], "shift+ArrowUp": [0, -NUDGE_PX], "shift+ArrowDown": [0, NUDGE_PX],
    };
    const by = nudge[name], corner = d.points[d.chosen];
    if (name === "Enter") this.enter();
    else if (name === "shift+Enter") this.finish();
    else if (name === "Backspace" || name === "Delete") d.remove(d.chosen < 0 ? d.points.length - 1 : d.chosen);
    else if (name === "[" || name === "]") d.step(name === "]" ? 1 : -1);
    else if (name === "Insert" && corner) {
      const next = d.middles().find(([k]) => k === d.chosen);
      if (next) d.insert(next[0], next[1]);
    } else if (by && corner) d.move(d.chosen, this.at(this.view.xOf(corner[0]) + by[0], this.view.yOf(corner[1]) + by[1]));
    else return false;
    this.changed();
    return true;
  }

  // --- to the server ---
  private whose(then: (who: string) => void): void {
    if (this.account || myName()) {
      then(this.account || myName());
      return;
    }
    ask(t("form.who"), t("zone.who"), [text("who", t("form.who"), "", { required: true, maxlength: 80 })], t("zone.save"), async (given) => {
      remember("who", given.who ?? "");
      then(given.who ?? "");
      return "";
    });
  }

  private async save(): Promise<void> {
    const { form, draft } = this;
    if (!form || !draft) return;
    if (!draft.complete) {
      form.say(t("zone.few", { n: draft.least }));
      return;
    }
    const feature = form.feature();
    const before = String((this.known?.properties as { name?: string } | null)?.name ?? "");
    const name = String(feature.properties?.name);
    if (name !== before && this.zones.features.some((z) => z.properties?.name === name)) {
      form.say(t("zone.taken", { name }));
      return;
    }
    this.whose(async (who) => {
      let wrong = await send("PUT", "zones", { who, feature });
      if (!wrong && before && name !== before) wrong = await send("DELETE", `zones/${encodeURIComponent(before)}?who=${encodeURIComponent(who)}`);
      await this.done(wrong);
    });
  }

  private async remove(): Promise<void> {
    const name = String(this.known?.properties?.name ?? "");
    this.whose(async (who) => this.done(await send("DELETE", `zones/${encodeURIComponent(name)}?who=${encodeURIComponent(who)}`)));
  }

  private async done(wrong: string): Promise<void> {
    if (wrong) {
      this.form?.say(wrong);
      return;
    }
    await this.zones.load();
    this.give();
  }
}
