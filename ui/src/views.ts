// Saved views and watch lists: by name, with the sea, each account its own. A view is place, filter, layers and palette.

import type { Map as MapLibre } from "maplibre-gl";
import { send } from "./deeds";
import { h } from "./dom";
import { t } from "./i18n";
import { recall, remember } from "./settings";
import type { Watched } from "./watched";

/** Settings that make a view; the chosen ship, lines and the instant shown are not part of it. */
const PARTS = ["palette", "vectors", "trails", "labels", "zones", "hide", "min_kn", "max_kn", "min_m", "hide_still", "hide_lost", "only_watch", "flag", "only", "weather"];

interface View {
  set: Record<string, string>;
  at: [number, number, number]; // longitude, latitude, zoom
}

export interface Asset {
  name: string;
  kind: string;
  mmsi: number;
  lat: number;
  lon: number;
  speed: number;
}

export class Views {
  assets: Asset[] = [];
  private views: Record<string, View> = {};
  private lists: Record<string, number[]> = {};
  may = false;
  /** Own keys, by deed. */
  keys: unknown = null;

  constructor(private readonly map: MapLibre, private readonly watched: Watched, private readonly on: { applied(): void; listed(): void; loaded(): void }) {}

  async load(): Promise<void> {
    const answer = await fetch("api/kept").catch(() => null);
    if (!answer?.ok) return;
    const got = (await answer.json()) as { view: Record<string, View>; list: Record<string, number[]>; keys: Record<string, unknown>; assets: Asset[]; may: boolean };
    [this.views, this.lists, this.assets, this.may] = [got.view, got.list, got.assets, got.may];
    this.keys = got.keys.watch ?? null;
    this.on.loaded();
  }

  get names(): string[] {
    return Object.keys(this.views).sort((a, b) => a.localeCompare(b));
  }

  /** The view of a number key, 1 to 9. */
  go(n: number): void {
    const name = this.names[n - 1];
    if (name !== undefined) this.apply(name);
  }

  apply(name: string): void {
    const view = this.views[name];
    if (!view) return;
    for (const key of PARTS) remember(key, view.set[key] ?? "");
    this.map.jumpTo({ center: [view.at[0], view.at[1]], zoom: view.at[2] });
    this.on.applied();
  }

  private now(): View {
    const set: Record<string, string> = {};
    for (const key of PARTS) {
      const value = recall(key);
      if (value) set[key] = value;
    }
    const c = this.map.getCenter();
    return { set, at: [c.lng, c.lat, this.map.getZoom()] };
  }

  /** The dialog: views with their number keys, and watch lists. */
  open(): void {
    document.querySelector("dialog.sheet")?.remove();
    const problem = h("p", { class: "problem", role: "alert" });
    const change = async (kind: "view" | "list", name: string, value?: unknown) => {
      const wrong = await send(value === undefined ? "DELETE" : "PUT", `kept/${kind}/${encodeURIComponent(name)}`, value === undefined ? undefined : { value });
      problem.textContent = wrong ? t("alert.failed", { reason: wrong }) : "";
      await this.load();
      if (!wrong) fill();
    };
    const section = (kind: "view" | "list", names: string[], use: (name: string) => void, says: (name: string, k: number) => string, value: () => unknown) => {
      const name = h("input", { type: "text", name: kind, maxlength: 80, placeholder: t(`views.${kind}.name`), "aria-label": t(`views.${kind}.name`) });
      const form = h("form", { class: "keep" }, name, h("button", { type: "submit" }, t(`views.${kind}.save`)));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (name.value.trim()) void change(kind, name.value.trim(), value());
      });
      return h("section", {}, h("h3", {}, t(`views.${kind}`)),
        names.length > 0 ? h("ul", {}, ...names.map((n, k) => h("li", {},
          h("button", { type: "button", class: "use", click: () => {
            use(n);
            dialog.close();
          } }, h("b", {}, n), h("span", {}, says(n, k))),
          this.may && h("button", { type: "button", class: "drop", "aria-label": `${t("tool.remove")}: ${n}`, click: () => void change(kind, n) }, "×"))))
          : h("p", { class: "none" }, t("dossier.none")),
        this.may && form);
    };
    const body = h("div", {});
    const fill = () => body.replaceChildren(
      section("view", this.names, (n) => this.apply(n), (_, k) => (k < 9 ? String(k + 1) : ""), () => this.now()),
      section("list", Object.keys(this.lists).sort(), (n) => this.useList(n), (n) => t("views.ships", { n: this.lists[n]?.length ?? 0 }), () => [...this.watched.ships]));
    const dialog = h("dialog", { class: "sheet views" }, h("h2", {}, t("views")), body, problem,
      h("div", { class: "sheet-buttons" }, h("button", { type: "button", class: "no", click: () => dialog.close() }, t("card.close"))));
    fill();
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector<HTMLElement>(".use, input")?.focus();
  }

  private useList(name: string): void {
    this.watched.replace(this.lists[name] ?? []);
    this.on.listed();
  }
}
