// What hangs beside the watch without being a part of it: density and weather as layers, the way to the other pages, and the
// forms that are loaded only when somebody wants them.

import type { App } from "./app";
import { h, must, setText } from "./dom";
import { HeatLayer } from "./heat";
import { t } from "./i18n";
import { pageLinks } from "./pages";
import type { Report, Subjects } from "./reportform";
import { recall, remember } from "./settings";
import type { Mode, WeatherLayer } from "./weather";
import "./beside.css";

const MODES: Mode[] = ["off", "wind", "current", "both"];
let heat: HeatLayer | null = null;
let wind: WeatherSwitch | null = null;

/** Density of traffic: off, the last day, the last week. */
export function cycleHeat(): void {
  heat?.cycle();
}

/** Weather: off, wind, current, both. */
export function cycleWeather(): void {
  wind?.cycle();
}

/** The layers as the address has them now: a saved view was chosen. */
export function layersAgain(): void {
  wind?.again();
}

/** What the weather layer draws now; null: it was never switched on. */
export function weatherLayer(): WeatherLayer | null {
  return wind?.layer ?? null;
}

/** The form of reports, about what is chosen: `kind` and `about` name it, else the open ship, the chosen alert, or the day. */
export function openReport(app: App, kind?: Report, about?: string): void {
  const alerts = [...app.alerts.alerts.values()];
  const chosen = app.alerts.current, ship = app.card.mmsi;
  const named = (mmsi: number) => app.fleet.labels.get(mmsi)?.name?.trim() || String(mmsi);
  const ships = new Set([...(ship === null ? [] : [ship]), ...(kind === "ship" && about ? [Number(about)] : []), ...app.watched.ships, ...alerts.flatMap((a) => a.subjects)]);
  const subjects: Subjects = {
    ships: [...ships].map((m) => [String(m), named(m) === String(m) ? named(m) : `${named(m)} · ${m}`]),
    alerts: alerts.map((a) => [a.id, `${t(a.priority)} · ${a.rule.replace(/[-_]/g, " ")} · ${a.names.join(", ") || a.subjects.join(", ")}`]),
    areas: app.zones.features.map((z) => String((z.properties as { name?: string } | null)?.name ?? "")).filter(Boolean).map((n) => [n, n]),
    nowMs: app.present.known ? app.present.now() : Date.now(),
  };
  const guess: [Report, string] = kind ? [kind, about ?? ""] : ship !== null ? ["ship", String(ship)] : chosen ? ["alert", chosen.id] : ["day", ""];
  void import("./reportform").then((form) => form.openReportForm(subjects, ...guess));
}

/** The form of own keys. */
export function openKeys(app: App): void {
  if (app.help.open) app.help.close();
  // Asked anew: another console of the same account may have changed them, and where they are kept must be known.
  void Promise.all([import("./keydialog"), app.views.load()]).then(([form]) => form.openKeyDialog(app.views.may, () => app.reworded()));
}

/** The switch of the weather layer and its legend; the layer itself is loaded when it is wanted. */
class WeatherSwitch {
  layer: WeatherLayer | null = null;
  readonly root = h("div", { class: "weather-legend", role: "group" });
  private mode: Mode;
  private readonly turn = h("button", { type: "button", class: "weather-turn", click: () => this.cycle() });

  constructor(private readonly app: App) {
    this.root.append(this.turn);
    this.mode = MODES.find((m) => m === recall("weather")) ?? "off";
    this.words();
    setInterval(() => this.layer?.tick(), 500);
  }

  cycle(): void {
    this.mode = MODES[(MODES.indexOf(this.mode) + 1) % MODES.length] ?? "off";
    remember("weather", this.mode === "off" ? "" : this.mode);
    this.show();
  }

  again(): void {
    this.mode = MODES.find((m) => m === recall("weather")) ?? "off";
    this.show();
  }

  show(): void {
    this.words();
    if (this.mode === "off" && !this.layer) return;
    void import("./weather").then(({ WeatherLayer }) => {
      const app = this.app;
      this.layer ??= new WeatherLayer(app.map, app.view, () => app.player.at ?? app.present.now(), this.root);
      this.layer.set(this.mode);
    });
  }

  words(): void {
    setText(this.turn, `${t("weather")}: ${t(this.mode === "off" ? "off" : `weather.${this.mode}`)}`);
    this.turn.setAttribute("aria-pressed", String(this.mode !== "off"));
    this.root.setAttribute("aria-label", t("weather"));
    this.root.dataset.ready = this.mode === "off" ? "" : "1";
    this.layer?.repaint();
  }
}

export function hang(app: App): void {
  const stack = h("div", { class: "layer-stack" });
  must("map-area").append(stack);
  const layer = new HeatLayer(app.map, stack);
  const weather = new WeatherSwitch(app);
  heat = layer;
  wind = weather;
  stack.append(weather.root);
  app.furniture.push(stack);
  app.map.once("load", () => {
    layer.add(app.map.getLayer("zone-fill") ? "zone-fill" : undefined);
    weather.show();
  });
  const menu = h("details", { class: "pages" });
  const words = (): void => {
    menu.replaceChildren(h("summary", { title: t("pages"), "aria-label": t("pages") }, "☰"),
      h("nav", { "aria-label": t("pages") }, ...pageLinks("watch", true)));
    layer.repaint();
    weather.words();
  };
  words();
  must("topbar").append(menu);
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target as Node)) menu.open = false;
  });
  // Palette and language are changed in many places; the page's root always says which they are.
  new MutationObserver(words).observe(document.documentElement, { attributes: true, attributeFilter: ["data-palette", "lang"] });
}
