// A programme with every field and who said it, and an item with its history.

import { h } from "../dom";
import { address, get, part, type Claims, type Due, type ItemRow, type Observation, type Programme } from "./api";
import { chip, confidence, day, grades, link, minute, section, shown, table, yen } from "./bits";
import { dueTable, facts, lotsTable, measuresTable, use } from "./country";
import { observationList } from "./observations";
import { review } from "./review";
import { t, word } from "./words";

type Whole = Programme & {
  id: string; tier: string; claims: Claims; states: [number, string, number][]; conditions: Record<string, unknown>[];
  tranches: Record<string, unknown>[]; serial_items?: ItemRow[]; observations?: Observation[]; due?: Due[];
};

export async function programmePage(id: string, user: string | null): Promise<HTMLElement> {
  const p = await get<Whole>(`/programme/${part(id)}`);
  const month = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 7);
  return h("div", { class: "programme" },
    h("div", { class: "head" }, h("h1", {}, p.title ?? id), chip(word("ps", p.state), `state ${p.state}`),
      h("span", { class: "amount" }, yen(p.amount_jpy)),
      p.tier === "public" ? null : review({ programme: id }),
      h("a", { class: "button", href: address("/export.iati.xml", { programme: id }), download: "" }, t("iati")),
      p.serial_items ? h("a", { class: "button", href: address("/aggregates", { month, programme: id }), download: `${month}.json` }, t("sums", { m: month })) : null,
      p.tier === "recipient" ? h("a", { class: "button measure", href: `#/capability/${part(id)}` }, t("cap.button")) : null,
      p.tier === "recipient" ? h("a", { class: "button", href: address("/labels", { programme: id }), target: "_blank" }, t("labels")) : null),
    h("p", { class: "id" }, id, " · ", link(`#/country/${String(countryOf(p.claims))}`, word("country", String(countryOf(p.claims))))),
    facts(p), lotsTable(p.lots), use(p), p.measures?.length ? measuresTable(p.measures) : null,
    p.serial_items ? section(t("items"), itemsTable(p.serial_items)) : null,
    p.conditions.length ? section(t("conditions"), h("ul", {}, ...p.conditions.map((c) =>
      h("li", {}, `${String(c.what).replaceAll("_", " ")}: ${shown(c.text ?? (c.period_days ? `${String(c.period_days)} d` : null))}`)))) : null,
    p.tranches.length ? section(t("tranches"), table(["", t("value"), t("when"), t("place")], p.tranches.map((r) =>
      [String(r.id), `${shown(r.quantity)} ${r.what ? String(r.what) : ""}`, shown(r.delivered_on ?? r.planned_on), shown(r.place)]))) : null,
    p.due?.length ? section(t("nav.due"), dueTable(p.due)) : null,
    p.observations?.length ? section(t("nav.observations"), observationList(p.observations, p.tier, user)) : null,
    section(t("fields"), claimsTable(p.claims)));
}

function countryOf(claims: Claims): unknown {
  return claims.find((c) => c.field === "country")?.said[0]?.value;
}

function itemsTable(items: ItemRow[]): HTMLElement {
  return table([t("item"), t("serial"), t("model"), t("state"), t("unit"), t("hours"), t("grade")], items.map((i) => [
    link(`#/item/${part(i.id)}`, i.id), i.serial ?? "–", i.model, h("span", {}, chip(word("is", i.state), `item ${i.state}`), " ", h("small", {}, i.since ? t("since", { d: day(i.since) }) : "")),
    i.unit || "–", grades(i.hours), i.best_grade ? `${i.best_grade} ${t(`grade.${i.best_grade}`)}` : "–",
  ]), "items");
}

/** Every field with all claims side by side: the surest first, none taken out. */
export function claimsTable(claims: Claims): HTMLElement {
  const rows = claims.flatMap((c) => c.said.map((s, k) => [
    h("span", { class: "name" }, k ? "" : c.field.replaceAll("_", " ")),
    c.field.endsWith("_jpy") ? yen(s.value as number) : shown(s.value), s.confidence ? confidence(s.confidence) : "", s.source || "–", s.who || "–",
    day(s.at), s.entry >= 0 ? t("entry", { n: s.entry }) : "",
  ]));
  return table(["", t("value"), "", t("source"), t("who"), t("when"), ""], rows, "claims");
}

type Item = ItemRow & {
  tier: string; claims: Claims; states: [number, string, number][]; custody: [number, string, string, string, unknown, number][];
  identities: Record<string, [number, string, number | null, number][]>; months: Record<string, Record<string, number>>;
  cells: Record<string, Record<string, number>>; jobs: Record<string, Record<string, unknown>>; photos: [number, string, unknown, number][];
  inspections: Record<string, unknown>[]; due: Due[]; observations: Observation[];
  opened: [number, string, string, string, string, number][];
};

export async function itemPage(id: string, user: string | null): Promise<HTMLElement> {
  const i = await get<Item>(`/item/${part(id)}`);
  const history = [
    ...i.states.map(([at, state]) => ({ at, text: word("is", state) })),
    ...i.custody.map(([at, unit, organisation, place]) => ({ at, text: `${t("unit")}: ${[unit, organisation, place].filter(Boolean).join(", ")}` })),
    ...Object.entries(i.identities).flatMap(([what, known]) => known.map(([at, value]) => ({ at, text: `${what.replaceAll("_", " ")}: ${value || "–"}` }))),
    ...i.photos.map(([at, sha]) => ({ at, text: `${t("photos")}: ${sha.slice(0, 16)}…` })),
    ...i.opened.map(([at, , sha, to, reason]) => ({ at, text: `${t("openings")}: ${to}, ${reason} (${sha.slice(0, 12)}…)` })),
  ].sort((a, b) => b.at - a.at);
  const cells: Record<string, number> = {};
  for (const month of Object.values(i.cells)) for (const [cell, hours] of Object.entries(month)) cells[cell] = (cells[cell] ?? 0) + hours;
  return h("div", { class: "item" },
    h("div", { class: "head" }, h("h1", {}, id), chip(word("is", i.state), `item ${i.state}`), h("span", {}, i.model), h("span", { class: "id" }, i.serial ?? "")),
    h("p", { class: "id" }, link(`#/programme/${part(i.programme)}`, i.programme), i.unit ? ` · ${t("unit")}: ${i.unit}` : "",
      i.tier === "recipient" || i.tier === "auditor" ? h("span", {}, " · ", link(`#/audit/${part(id)}`, t("audit.chain", { i: id }))) : null),
    i.observations.length ? section(t("nav.observations"), observationList(i.observations, i.tier, user)) : null,
    i.due.length ? section(t("nav.due"), dueTable(i.due)) : null,
    section(t("history"), table([t("when"), ""], history.map((r) => [minute(r.at), r.text]), "history")),
    Object.keys(i.months).length ? section(t("months"), table(["", ""], Object.entries(i.months).sort().reverse().map(([m, hours]) => [m, grades(hours)]))) : null,
    Object.keys(cells).length ? section(t("cells"), table(["", ""], Object.entries(cells).sort((a, b) => b[1] - a[1]).map(([c, hours]) => [c, `${hours.toFixed(1)} h`]))) : null,
    Object.keys(i.jobs).length ? section(t("maintenance"), table(["", t("value")], Object.entries(i.jobs).map(([job, told]) => [job, shown(told)]))) : null,
    section(t("fields"), claimsTable(i.claims)));
}
