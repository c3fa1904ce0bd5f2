// What the history has of a ship: who she said she was and since when, stops, days heard, alerts. Below her card.

import { h } from "./dom";
import type { Alert } from "./feed";
import { position, shipType, span, utc, utcDate } from "./format";
import { t } from "./i18n";

interface Fact { fact: string; value: string | number; from_ms: number; to_ms: number; times: number }
interface Stop { from_ms: number; to_ms: number; lon: number; lat: number; port: string | null; port_m: number | null }

export interface DossierData {
  identity: Fact[];
  stops: Stop[];
  days: { day: string; reports: number; stations: number }[];
  alerts: Alert[];
  reports: number;
  over_days: number;
  label: { name: string | null };
}

export async function loadDossier(mmsi: number): Promise<DossierData | null> {
  const answer = await fetch(`api/ship/${mmsi}/dossier`);
  return answer.ok ? ((await answer.json()) as DossierData) : null;
}

function when(ms: number): string {
  return `${utcDate(ms)} ${utc(ms, false)}`;
}

function said(f: Fact): string {
  if (f.fact === "ship_type") return shipType(Number(f.value));
  if (f.fact === "draught") return `${(Number(f.value) / 10).toFixed(1)} m`;
  if (f.fact === "length" || f.fact === "beam") return `${f.value} m`;
  return String(f.value);
}

/** A fact that was said in more than one way is marked: that is what a second look is for. */
export function dossierView(d: DossierData, on: { show(alert: Alert): void; goTo(ms: number): void; place(lon: number, lat: number): void }): HTMLElement {
  const ways = new Map<string, number>();
  for (const f of d.identity) ways.set(f.fact, (ways.get(f.fact) ?? 0) + 1);
  const table = (head: string, rows: HTMLElement[], none: string) =>
    h("section", {}, h("h3", {}, head), rows.length > 0 ? h("ul", {}, ...rows) : h("p", { class: "none" }, none));
  return h("div", { class: "dossier" },
    table(t("dossier.identity"), d.identity.map((f) => h("li", { class: (ways.get(f.fact) ?? 0) > 1 ? "changed" : "" },
      h("b", {}, t(`dossier.${f.fact}`)), h("span", {}, said(f)), h("time", {}, `${when(f.from_ms)} … ${when(f.to_ms)}`))), t("dossier.none")),
    table(t("dossier.stops"), d.stops.map((s) => h("li", {},
      h("button", { type: "button", click: () => on.place(s.lon, s.lat) }, s.port ?? position(s.lat, s.lon)),
      h("span", {}, span((s.to_ms - s.from_ms) / 1000)),
      h("button", { type: "button", class: "time", title: t("dossier.goto"), click: () => on.goTo(s.from_ms) }, when(s.from_ms)))), t("dossier.none")),
    table(t("alerts"), d.alerts.map((a) => h("li", {},
      h("button", { type: "button", click: () => on.show(a) }, a.rule.replace(/[-_]/g, " ")), h("span", {}, t(a.priority)),
      h("button", { type: "button", class: "time", title: t("dossier.goto"), click: () => on.goTo(a.time_ms) }, when(a.time_ms)))), t("dossier.none")),
    table(t("dossier.days", { n: d.over_days }), d.days.map((day) => h("li", {}, h("b", {}, day.day),
      h("span", {}, t("dossier.reports", { n: day.reports })), h("span", {}, t("dossier.stations", { n: day.stations })))), t("dossier.none")));
}
