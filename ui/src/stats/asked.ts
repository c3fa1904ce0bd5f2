// What is asked: a period and which ships; all of it stands in the address, in the words of the watch page.

import { h } from "../dom";
import { CATEGORIES } from "../fleet";
import { recall, remember } from "../settings";
import { t } from "./words";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const PERIODS: Record<string, number> = { day: DAY, week: 7 * DAY, month: 30 * DAY };
export const WORDS = ["min_kn", "max_kn", "min_m", "max_m", "flag", "mmsi", "only", "course"] as const;

export interface Span {
  begin: number;
  end: number;
}

/** The period asked for: a named one, which ends where the history does, or one from a time to another. */
export function spanOf(last: number): Span {
  const own = { begin: Date.parse(`${recall("from") ?? ""}Z`), end: Date.parse(`${recall("to") ?? ""}Z`) };
  if (recall("period") === "own" && own.end > own.begin) return own;
  const end = Math.ceil((last + 1) / HOUR) * HOUR;
  return { begin: end - (PERIODS[recall("period") ?? "day"] ?? DAY), end };
}

/** Words about ships that are in the address. */
export function words(): URLSearchParams {
  const out = new URLSearchParams();
  const hidden = recall("hide") ?? "";
  if (hidden) out.set("hide", hidden);
  for (const key of WORDS) {
    const value = recall(key);
    if (value) out.set(key, value);
  }
  return out;
}

function minute(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16);
}

/** Controls for the period and the ships; `changed` is called when something else is asked. */
export function controls(span: Span, changed: () => void): HTMLElement {
  const now = recall("period") === "own" ? "own" : (recall("period") ?? "day");
  const pick = (name: string) => h("button", { type: "button", class: "period", "data-period": name, "aria-pressed": now === name ? "true" : "false", click: () => {
    remember("period", name === "day" ? "" : name);
    changed();
  } }, t(`period.${name}`));
  const time = (key: "from" | "to", ms: number) => h("input", { type: "datetime-local", name: key, value: minute(ms), "aria-label": t(key), step: 60 });
  const [from, to] = [time("from", span.begin), time("to", span.end)];
  const own = () => {
    if (!from.value || !to.value || from.value >= to.value) return;
    remember("from", from.value);
    remember("to", to.value);
    remember("period", "own");
    changed();
  };
  from.addEventListener("change", own);
  to.addEventListener("change", own);
  const form = h("form", { class: "which", submit: (event: Event) => {
    event.preventDefault();
    const given = new FormData(form);
    for (const key of WORDS) remember(key, String(given.get(key) ?? "").trim());
    const kept = new Set(given.getAll("types").map(String));
    remember("hide", kept.size === 0 ? "" : CATEGORIES.filter((c) => c !== "aid" && !kept.has(c)).join(","));
    changed();
  } });
  const hidden = new Set((recall("hide") ?? "").split(","));
  form.append(
    h("fieldset", {}, h("legend", {}, t("types")), ...CATEGORIES.filter((c) => c !== "aid").map((c) =>
      h("label", { class: "tick" }, h("input", { type: "checkbox", name: "types", value: c, checked: !hidden.has(c) }), t(`cat.${c}`)))),
    ...WORDS.map((key) => h("label", {}, h("span", {}, t(key)), h("input", {
      name: key, value: recall(key) ?? "", type: /^(min|max)/.test(key) ? "number" : "text", min: 0, step: "any", maxlength: 60 }))),
    h("span", { class: "do" }, h("button", { type: "submit", class: "apply" }, t("apply")), h("button", { type: "button", class: "clear", click: () => {
      for (const key of [...WORDS, "hide"]) remember(key, "");
      changed();
    } }, t("clear"))));
  const asks = [...words().keys()].length;
  return h("div", { class: "controls" },
    h("div", { class: "periods", role: "group", "aria-label": t("period") }, ...Object.keys(PERIODS).map(pick), from, h("span", {}, "–"), to, h("small", {}, "UTC")),
    h("details", { open: asks > 0 }, h("summary", {}, asks ? `${t("which")} (${t("sieved")}: ${[...words()].map(([k, v]) => `${k}=${v}`).join(" ")})` : t("which")), form));
}
