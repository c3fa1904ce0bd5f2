// What is on the map: types, speed, length, flag, class, text. All of it stands in the address.

import { h } from "./dom";
import { CATEGORIES, type Contact, isLost, isMoored, type Sieve } from "./fleet";
import { t } from "./i18n";
import { recall, remember } from "./settings";

export interface Wanted {
  hide: Set<string>;
  minKn: number;
  maxKn: number;
  minM: number;
  /** First digits of the MMSI: flags as their country codes (MID). */
  mids: string[];
  /** Part of the name, call sign, MMSI or IMO number. */
  text: string;
  still: boolean; // ships that say they are moored, and do not move, are hidden
  lost: boolean; // lost ships are hidden
  watch: boolean; // only those on the watch list
}

const NUMBERS = [["minKn", "min_kn"], ["maxKn", "max_kn"], ["minM", "min_m"]] as const;
const SWITCHES = [["still", "hide_still"], ["lost", "hide_lost"], ["watch", "only_watch"]] as const;
const EMPTY_MAX = Infinity;

function number(key: string, none: number): number {
  const text = recall(key);
  const value = text ? Number(text) : NaN;
  return Number.isFinite(value) ? value : none;
}

/** Reads the filter out of the address and this browser. */
export function readFilter(): Wanted {
  const known = new Set<string>(CATEGORIES);
  return {
    hide: new Set((recall("hide") ?? "").split(",").filter((c) => known.has(c))),
    minKn: number("min_kn", 0), maxKn: number("max_kn", EMPTY_MAX), minM: number("min_m", 0),
    mids: (recall("flag") ?? "").split(",").map((m) => m.trim()).filter((m) => /^\d{1,9}$/.test(m)),
    text: recall("only") ?? "",
    still: recall("hide_still") === "1", lost: recall("hide_lost") === "1", watch: recall("only_watch") === "1",
  };
}

export function keepFilter(f: Wanted): void {
  remember("hide", [...f.hide].join(","));
  for (const [name, key] of NUMBERS) {
    const value = f[name];
    remember(key, value > 0 && Number.isFinite(value) ? String(value) : "");
  }
  for (const [name, key] of SWITCHES) remember(key, f[name] ? "1" : "");
  remember("flag", f.mids.join(","));
  remember("only", f.text);
}

/** The test of one contact, or null when nothing is asked. Unknown speeds and lengths pass no bound. */
export function sieveOf(f: Wanted, watched: ReadonlySet<number>): Sieve | null {
  const asks: Sieve[] = [];
  if (f.hide.size > 0) asks.push((c) => !f.hide.has(CATEGORIES[c.category] ?? ""));
  if (f.minKn > 0) asks.push((c) => c.sog >= f.minKn);
  if (Number.isFinite(f.maxKn)) asks.push((c) => c.sog <= f.maxKn);
  if (f.minM > 0) asks.push((c) => (c.label?.length_m ?? 0) >= f.minM);
  if (f.mids.length > 0) asks.push((c) => f.mids.some((m) => String(c.mmsi).startsWith(m)));
  if (f.still) asks.push((c) => !isMoored(c));
  if (f.lost) asks.push((c) => !isLost(c));
  if (f.watch) asks.push((c) => watched.has(c.mmsi));
  const want = f.text.trim().toLowerCase();
  if (want) {
    asks.push((c) => [c.label?.name, c.label?.callsign, String(c.mmsi), c.label?.imo ? String(c.label.imo) : ""]
      .some((field) => (field ?? "").toLowerCase().includes(want)));
  }
  return asks.length === 0 ? null : (c: Contact) => asks.every((ask) => ask(c));
}

/** The form below the list of types. */
export function filterForm(f: Wanted, changed: () => void): HTMLElement {
  const box = (name: (typeof NUMBERS)[number][0], unit: string) => {
    const value = f[name];
    const input = h("input", {
      type: "number", min: 0, step: name === "minM" ? 10 : 0.5, name, inputmode: "decimal",
      "aria-label": t(`filter.${name}`), value: value > 0 && Number.isFinite(value) ? value : "",
    });
    input.addEventListener("change", () => {
      const given = input.value === "" ? NaN : Number(input.value);
      f[name] = Number.isFinite(given) && given >= 0 ? given : name === "maxKn" ? EMPTY_MAX : 0;
      changed();
    });
    return h("label", {}, h("span", {}, t(`filter.${name}`)), h("span", { class: "unit" }, input, unit));
  };
  const words = (name: "mids" | "text", hint: string) => {
    const input = h("input", { type: "text", name, placeholder: hint, value: name === "mids" ? f.mids.join(",") : f.text,
      "aria-label": t(`filter.${name}`), maxlength: 60 });
    input.addEventListener("change", () => {
      if (name === "mids") f.mids = input.value.split(/[\s,]+/).filter((m) => /^\d{1,9}$/.test(m));
      else f.text = input.value.trim();
      changed();
    });
    return h("label", {}, h("span", {}, t(`filter.${name}`)), input);
  };
  const tick = (name: (typeof SWITCHES)[number][0]) => {
    const input = h("input", { type: "checkbox", name, checked: f[name] });
    input.addEventListener("change", () => {
      f[name] = input.checked;
      changed();
    });
    return h("label", { class: "tick" }, input, h("span", {}, t(`filter.${name}`)));
  };
  const clear = h("button", { type: "button", class: "clear", click: () => {
    Object.assign(f, { hide: new Set(), minKn: 0, maxKn: EMPTY_MAX, minM: 0, mids: [], text: "", still: false, lost: false, watch: false });
    changed();
  } }, t("filter.clear"));
  return h("div", { class: "filter" }, box("minKn", "kn"), box("maxKn", "kn"), box("minM", "m"), words("mids", "533, 563"),
    words("text", ""), tick("still"), tick("lost"), tick("watch"), clear);
}
