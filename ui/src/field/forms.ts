// Forms of a good: few fields, large, with what is most likely filled in.

import { h } from "../dom";
import { deed, sortie } from "./deeds";
import { enqueue, type Good, type List } from "./store";
import { t } from "./words";

function labelled(text: string, input: HTMLElement): HTMLElement {
  return h("label", { class: "field" }, h("span", {}, text), input);
}

/** `YYYY-MM-DDTHH:MM` of the device's own clock, as the browser's field wants it. */
function local(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function form(title: string, inside: Node[], save: () => Promise<void>, done: (what: string) => void, back: () => void): HTMLElement {
  return h("form", {
    class: "deed", submit: (event: Event) => {
      event.preventDefault();
      void save().then(() => done(title));
    },
  }, h("h2", {}, title), ...inside, h("div", { class: "row" },
    h("button", { type: "submit", class: "main" }, t("save")), h("button", { type: "button", click: back }, t("back"))));
}

export function unitForm(kind: "accept" | "hand", good: Good, list: List, done: (what: string) => void, back: () => void): HTMLElement {
  const unit = h("input", { name: "unit", required: true, maxlength: 200, list: "units", autocomplete: "off" });
  const units = h("datalist", { id: "units" }, ...list.units.map((u) => h("option", { value: u })));
  const place = h("input", { name: "place", maxlength: 200 });
  const paper = h("input", { name: "certificate", maxlength: 200 });
  const told = () => ({ unit: unit.value, ...(place.value ? { place: place.value } : {}) });
  const fields = [labelled(t("unit"), unit), units, labelled(t("place"), place), ...(kind === "accept" ? [labelled(t("certificate"), paper)] : [])];
  return form(t(kind), fields, () => enqueue([kind === "accept"
    ? deed("item_state", good.id, { state: "accepted", ...told(), ...(paper.value ? { certificate: paper.value } : {}) })
    : deed("custody", good.id, told())]), done, back);
}

export function sortieForm(good: Good, list: List, done: (what: string) => void, back: () => void): HTMLElement {
  const number = (name: string, more: Record<string, string | number | boolean> = {}) =>
    h("input", { name, type: "number", min: 0, step: "any", inputmode: "decimal", ...more });
  const begin = h("input", { name: "begin", type: "datetime-local", required: true, value: local(new Date(Date.now() - 2 * 3_600_000)) });
  const hours = number("hours", { required: true, value: 1.5, min: 0.05, max: 240 });
  const missions = list.missions.length ? list.missions : ["sar", "surveillance", "training"];
  const mission = h("div", { class: "choices", role: "radiogroup", "aria-label": t("mission") }, ...missions.map((m, k) => h("label", {},
    h("input", { type: "radio", name: "mission", value: m, checked: k === 0 }), h("span", {}, t(`mission.${m}`)))));
  const from = number("engine_from");
  const to = number("engine_to");
  const rescued = number("rescued", { step: 1 });
  const fuel = number("fuel");
  const value = (input: HTMLInputElement) => (input.value === "" ? undefined : Number(input.value));
  return form(t("sortie"), [
    labelled(t("begin"), begin), labelled(t("lasted"), hours), mission,
    h("div", { class: "field" }, h("span", {}, t("engine")), h("div", { class: "row" }, from, to)),
    h("div", { class: "row" }, labelled(t("rescued"), rescued), labelled(t("fuel"), fuel)), h("p", { class: "none" }, t("grade.note")),
  ], () => sortie(good, {
    begin: new Date(begin.value), hours: Number(hours.value), mission: mission.querySelector<HTMLInputElement>("input:checked")?.value ?? "",
    engineFrom: value(from), engineTo: value(to), rescued: value(rescued), fuel: value(fuel),
  }), done, back);
}
