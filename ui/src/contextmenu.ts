// The menu of a place or a ship on the map: right button, a long press of a finger, or the menu key.

import type { Anchor } from "./anchors";
import { h } from "./dom";
import { latitude, longitude } from "./format";
import { nameOf } from "./fleet";
import { t } from "./i18n";
import type { App } from "./app";
import { openReport } from "./beside";

let menu: HTMLElement | null = null;
let before: HTMLElement | null = null;

export function closeMenu(): void {
  if (!menu) return;
  const held = menu.contains(document.activeElement);
  menu.remove();
  menu = null;
  if (held) before?.focus();
}

/** Opens at map pixels `x`, `y`; `mmsi`: the ship that is there. */
export function openMenu(app: App, x: number, y: number, mmsi: number | null): void {
  closeMenu();
  before = document.activeElement as HTMLElement | null;
  const lon = app.view.lonAt(x), lat = app.view.latAt(y);
  const here: Anchor = mmsi === null ? { lon, lat } : { mmsi };
  const ship = mmsi === null ? undefined : app.fleet.byMmsi.get(mmsi);
  const item = (name: string, run: () => void) => h("button", { type: "button", role: "menuitem", tabindex: -1, "data-item": name, click: () => {
    closeMenu();
    run();
  } }, t(`menu.${name}`));
  const items = [
    mmsi !== null && item("card", () => app.select(mmsi)),
    item("range", () => app.tools.start(here)),
    item("legs", () => {
      if (!app.legs.open) app.legs.toggle();
      app.legs.add(here);
    }),
    item("ebl", () => app.tools.toggleEbl(here)),
    mmsi !== null && item("watch", () => {
      app.select(mmsi);
      app.watchChosen();
    }),
    mmsi !== null && item("report", () => openReport(app, "ship", String(mmsi))),
    item("centre", () => void app.map.easeTo({ center: [lon, lat], duration: 400 })),
  ].filter((b) => b !== false);
  const title = ship ? nameOf(ship) : `${latitude(lat)}  ${longitude(lon)}`;
  const root = h("div", { class: "context-menu", role: "menu", "aria-label": title, tabindex: -1 }, h("p", { role: "presentation" }, title), ...items);
  root.addEventListener("keydown", (event) => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by !== 0) {
      const at = items.indexOf(document.activeElement as HTMLButtonElement);
      items[(at + by + items.length) % items.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") closeMenu();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const area = document.getElementById("map-area") as HTMLElement;
  area.append(root);
  root.style.left = `${Math.max(4, Math.min(x, area.clientWidth - root.offsetWidth - 4))}px`;
  root.style.top = `${Math.max(4, Math.min(y, area.clientHeight - root.offsetHeight - 4))}px`;
  menu = root;
  items[0]?.focus({ preventScroll: true });
}

// A press anywhere else closes it.
addEventListener("pointerdown", (event) => {
  if (menu && !menu.contains(event.target as Node)) closeMenu();
}, true);
