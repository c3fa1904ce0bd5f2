// What hangs beside the watch without being a part of it: the density layer, and the way to the other pages.

import type { App } from "./app";
import { h, must } from "./dom";
import { HeatLayer } from "./heat";
import { t } from "./i18n";
import { pageLinks } from "./pages";
import "./beside.css";

let heat: HeatLayer | null = null;

/** Density of traffic: off, the last day, the last week. */
export function cycleHeat(): void {
  heat?.cycle();
}

export function hang(app: App): void {
  const layer = new HeatLayer(app.map, must("map-area"));
  heat = layer;
  app.furniture.push(layer.root);
  app.map.once("load", () => layer.add(app.map.getLayer("zone-fill") ? "zone-fill" : undefined));
  const menu = h("details", { class: "pages" });
  const words = (): void => {
    menu.replaceChildren(h("summary", { title: t("pages"), "aria-label": t("pages") }, "☰"),
      h("nav", { "aria-label": t("pages") }, ...pageLinks("watch", true)));
    layer.repaint();
  };
  words();
  must("topbar").append(menu);
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target as Node)) menu.open = false;
  });
  // Palette and language are changed in many places; the page's root always says which they are.
  new MutationObserver(words).observe(document.documentElement, { attributes: true, attributeFilter: ["data-palette", "lang"] });
}
