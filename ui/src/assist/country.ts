// A country's page: what a programme officer asks first, each programme a card.

import { h } from "../dom";
import { address, get, part, type Due, type Figure, type Lot, type Measure, type Programme } from "./api";
import { bar, chip, grades, link, section, table, yen } from "./bits";
import { review } from "./review";
import { t, word } from "./words";

type Page = { country: string; tier: string; programmes: Programme[]; due?: Due[] };

export async function countryPage(code: string): Promise<HTMLElement> {
  const page = await get<Page>(`/country/${encodeURIComponent(code)}`);
  const total = page.programmes.reduce((sum, p) => sum + (p.amount_jpy ?? 0), 0);
  return h("div", { class: "country" },
    h("div", { class: "head" }, h("h1", {}, word("country", code)),
      h("span", { class: "sum" }, `${page.programmes.length} ${t("programmes")}, ${yen(total)}`),
      page.tier === "public" ? null : review({ country: code }),
      h("a", { class: "button", href: address("/export.iati.xml", { country: code }), download: "" }, t("iati"))),
    ...page.programmes.map(card),
    page.due ? section(t("nav.due"), dueTable(page.due)) : null);
}

export function dueTable(due: Due[]): HTMLElement {
  if (!due.length) return h("p", { class: "none" }, t("due.nothing"));
  return table([t("when"), "", t("value")], due.map((d) => [
    h("span", { class: d.days < 0 ? "over" : "" }, d.day, " ", h("small", {}, d.days < 0 ? t("due.over", { n: -d.days }) : t("due.days", { n: d.days }))),
    word("what", d.what),
    h("span", {}, d.text, " ", d.what === "observation" ? link(`#/observations/${part(d.id)}`, "→") : ""),
  ]), "due");
}

function card(p: Programme): HTMLElement {
  return h("article", { class: "card", id: p.programme },
    h("div", { class: "head" },
      h("h2", {}, link(`#/programme/${part(p.programme)}`, p.title ?? p.programme)), chip(word("ps", p.state), `state ${p.state}`),
      h("span", { class: "amount" }, yen(p.amount_jpy)),
      h("a", { class: "button", href: address("/export.iati.xml", { programme: p.programme }), download: "" }, t("iati"))),
    facts(p), lotsTable(p.lots), use(p), p.measures?.length ? measuresTable(p.measures) : null);
}

export function facts(p: Programme): HTMLElement {
  const pair = (name: string, value: Node | string) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  return h("dl", { class: "facts" },
    pair(t("signed"), p.signed_on ?? t("notsigned")),
    pair(t("recipient"), p.recipient ?? "–"),
    pair(t("lead"), p.days_to_delivery.length ? p.days_to_delivery.join(", ") : "–"),
    pair(t("delivered"), p.agreed ? bar(p.delivered, p.agreed) : "–"),
    p.open_observations ? pair(t("open.obs"), p.open_observations.length
      ? link("#/observations", String(p.open_observations.length), "count") : "0") : "",
    p.inspections_due ? pair(t("inspections"), p.inspections_due.length
      ? h("span", { class: p.inspections_due[0]?.overdue ? "over" : "" },
        t(p.inspections_due[0]?.overdue ? "overdue" : "on", { d: p.inspections_due[0]?.due ?? "" }))
      : "–") : "");
}

export function lotsTable(lots: Lot[]): HTMLElement | null {
  if (!lots.length) return null;
  return table([t("lots"), t("delivered"), t("lead"), t("state")], lots.map((l) => [
    l.what, bar(l.delivered, l.ordered), l.lead_days.join(", ") || "–",
    h("span", {}, l.late_days > 0 ? h("span", { class: "over" }, t("late", { n: l.late_days })) : "",
      l.delivered < l.ordered && l.planned ? ` ${t("planned", { d: l.planned })}` : "",
      l.tender && l.delivered < l.ordered ? ` ${t("tender", { s: l.tender })}` : "", l.delivered >= l.ordered ? (l.last_delivery ?? "") : ""),
  ]), "lots");
}

export function use(p: Programme): HTMLElement | null {
  if (!p.items || !Object.keys(p.items).length) return null;
  return h("div", { class: "use" },
    h("div", {}, h("h3", {}, t("items")), h("span", { class: "chips" },
      ...Object.entries(p.items).map(([state, n]) => chip(`${n} ${word("is", state)}`, `item ${state}`)))),
    h("div", {}, h("h3", {}, t("hours")), grades(p.hours ?? {}), " ", h("small", {}, t("hours.note"))));
}

function figure(f: Figure | undefined, unit: string): string {
  if (!f) return "–";
  const number = (v: number) => (unit === "%" || unit === "share" ? `${(unit === "share" ? v * 100 : v).toFixed(0)} %` : `${+v.toFixed(2)} ${unit}`).trim();
  const bare = (v: number) => (unit === "%" || unit === "share" ? number(v) : String(+v.toFixed(2)));
  return f.low === null || f.high === null ? number(f.value) : t("interval", { v: number(f.value), l: bare(f.low), h: bare(f.high) });
}

export function measuresTable(measures: Measure[]): HTMLElement {
  return section(t("measures"), table(["", t("baseline"), t("expected"), t("measured"), ""], measures.map((m) => [
    h("span", { title: m.measured?.text ?? m.expected?.text ?? "" }, m.indicator), figure(m.baseline, m.unit), figure(m.expected, m.unit),
    figure(m.measured, m.unit), m.verdict ? chip(t(`verdict.${m.verdict}`), m.verdict) : "",
  ]), "measures"));
}
