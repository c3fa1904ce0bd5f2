// Small parts that all pages of the register share.

import { h } from "../dom";
import { recall, remember } from "../settings";
import { t, word } from "./words";

const MILLION = 1_000_000;

export function yen(amount: number | null | undefined): string {
  return amount === null || amount === undefined ? "–" : `¥ ${amount.toLocaleString("en")}`;
}

/** A time of the log as its day, UTC. */
export function day(ns: number | null | undefined): string {
  return ns === null || ns === undefined ? "–" : new Date(ns / MILLION).toISOString().slice(0, 10);
}

export function minute(ns: number): string {
  return new Date(ns / MILLION).toISOString().slice(0, 16).replace("T", " ");
}

/** A nanosecond time that a page makes: a number of ms would not say which it is. */
export function now(): string {
  return new Date().toISOString();
}

export function chip(text: string, klass = ""): HTMLElement {
  return h("span", { class: `chip ${klass}` }, text);
}

export function link(hash: string, text: string, klass = ""): HTMLAnchorElement {
  return h("a", { href: hash, class: klass }, text);
}

export function section(title: string, ...inside: (Node | null)[]): HTMLElement {
  return h("section", {}, h("h2", {}, title), ...inside);
}

export function table(heads: string[], rows: (Node | string)[][], klass = ""): HTMLElement {
  if (!rows.length) return h("p", { class: "none" }, t("none"));
  return h("div", { class: "scroll" }, h("table", { class: klass },
    h("thead", {}, h("tr", {}, ...heads.map((x) => h("th", { scope: "col" }, x)))),
    h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell)))))));
}

/** Delivered of ordered as a bar with its numbers beside it; the bar says nothing that the numbers do not. */
export function bar(part: number, whole: number): HTMLElement {
  const share = whole > 0 ? Math.min(100, (100 * part) / whole) : 0;
  const fill = h("i", {});
  fill.style.width = `${share}%`;
  return h("span", { class: "meter" }, h("span", { class: "track", "aria-hidden": "true" }, fill), t("of", { a: part, b: whole }));
}

export function grades(hours: Record<string, number>): HTMLElement {
  const rows = Object.entries(hours).sort().map(([grade, spent]) =>
    h("span", { class: "grade", title: t(`grade.${grade}`) }, h("b", {}, grade), ` ${spent.toFixed(1)} h`));
  return rows.length ? h("span", { class: "grades" }, ...rows) : h("span", { class: "none" }, t("none"));
}

export function shown(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.every((v) => typeof v === "string") ? value.join("; ") : JSON.stringify(value);
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

export function field(label: string, input: HTMLElement): HTMLElement {
  return h("label", { class: "field" }, h("span", {}, label), input);
}

/** Who writes: the account's name, else what was given last in this browser. */
export function whoField(user: string | null): HTMLInputElement {
  const input = h("input", { name: "who", required: true, maxlength: 80, autocomplete: "name", value: user ?? recall("who") ?? "" });
  if (user !== null) input.readOnly = true;
  input.addEventListener("change", () => remember("who", input.value));
  return input;
}

export function confidence(letter: string): HTMLElement {
  return h("span", { class: `sure ${letter}`, title: word("confidence", letter) }, letter);
}
