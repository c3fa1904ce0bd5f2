// Search by name, MMSI, IMO number or call sign.

import { h, setText } from "./dom";
import type { Label } from "./feed";
import type { Fleet } from "./fleet";
import { utc, utcDate } from "./format";
import { t } from "./i18n";
import { keyFor } from "./keymap";

const LIMIT = 9;

export interface Hit {
  mmsi: number;
  name: string;
  detail: string;
  /** Of a ship that is not on the picture: when she was last heard, ms. */
  last?: number | null;
}

/** The best hits: names that begin with the words first, ships on the picture before those only named. */
export function find(fleet: Fleet, text: string): Hit[] {
  const want = text.trim().toLowerCase();
  if (!want) return [];
  const scored: [number, Hit][] = [];
  const ids = new Set([...fleet.byMmsi.keys(), ...fleet.labels.keys()]);
  for (const mmsi of ids) {
    const label = fleet.labels.get(mmsi);
    const name = label?.name ?? "";
    const fields = [name, String(mmsi), label?.callsign ?? "", label?.imo ? String(label.imo) : ""];
    let score = 0;
    fields.forEach((field, k) => {
      const at = field.toLowerCase().indexOf(want);
      if (at === 0) score = Math.max(score, 20 - k);
      else if (at > 0) score = Math.max(score, 10 - k);
    });
    if (score === 0) continue;
    if (fleet.byMmsi.has(mmsi)) score += 40;
    const detail = [String(mmsi), label?.callsign].filter(Boolean).join(" · ");
    scored.push([score, { mmsi, name: name || String(mmsi), detail }]);
  }
  scored.sort((a, b) => b[0] - a[0] || a[1].name.localeCompare(b[1].name));
  return scored.slice(0, LIMIT).map((s) => s[1]);
}

export class SearchBox {
  readonly root: HTMLElement;
  private readonly input = h("input", {
    type: "search", id: "search", autocomplete: "off", spellcheck: "false", role: "combobox",
    "aria-expanded": "false", "aria-controls": "hits",
  });
  private readonly hits = h("ul", { id: "hits", role: "listbox", hidden: true });
  private readonly kbd = h("kbd", { "aria-hidden": "true" });
  private found: Hit[] = [];
  private waiting = 0;
  /** Whether there is a history to search. */
  history = false;
  private at = 0;

  constructor(private readonly fleet: Fleet, private readonly pick: (mmsi: number, last?: number | null) => void) {
    this.root = h("div", { class: "search" }, this.input, this.kbd, this.hits);
    this.input.addEventListener("input", () => this.refresh());
    this.input.addEventListener("focus", () => this.refresh());
    this.input.addEventListener("blur", () => setTimeout(() => this.hide(), 150));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.words();
  }

  words(): void {
    this.input.placeholder = t("search");
    this.input.setAttribute("aria-label", t("search"));
    this.hits.setAttribute("aria-label", t("search"));
    setText(this.kbd, keyFor("search"));
    this.kbd.hidden = keyFor("search") === "";
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  private key(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key === "Escape") {
      this.input.value = "";
      this.input.blur();
    } else if (event.key === "Enter") {
      const hit = this.found[this.at];
      if (hit) this.take(hit);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const n = Math.max(this.found.length, 1);
      this.at = (this.at + (event.key === "ArrowDown" ? 1 : n - 1)) % n;
      this.draw();
    }
  }

  private refresh(): void {
    this.found = find(this.fleet, this.input.value);
    this.at = 0;
    this.draw();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.older(this.input.value), 120);
  }

  /** Ships that are not on the picture, out of the history. */
  private async older(text: string): Promise<void> {
    if (text.trim().length < 2 || this.found.length >= LIMIT || !this.history) return;
    const answer = await fetch(`api/search?q=${encodeURIComponent(text.trim())}`);
    if (!answer.ok || text !== this.input.value) return;
    const told = ((await answer.json()) as { ships: (Label & { last_ms: number | null })[] }).ships;
    const known = new Set(this.found.map((hit) => hit.mmsi));
    for (const ship of told) {
      if (known.has(ship.id) || this.found.length >= LIMIT) continue;
      const seen = ship.last_ms === null ? "" : `${utcDate(ship.last_ms)} ${utc(ship.last_ms, false)}`;
      this.found.push({ mmsi: ship.id, name: ship.name ?? String(ship.id), detail: [ship.id, seen].filter(Boolean).join(" · "), last: ship.last_ms });
    }
    this.draw();
  }

  private draw(): void {
    const typed = this.input.value.trim() !== "";
    this.hits.hidden = !typed;
    this.input.setAttribute("aria-expanded", String(typed));
    const items = this.found.map((hit, k) =>
      h("li", { role: "option", id: `hit-${k}`, "aria-selected": String(k === this.at), class: k === this.at ? "at" : "",
        pointerdown: () => this.take(hit) }, h("b", {}, hit.name), h("span", {}, hit.detail)));
    if (items.length > 0 && typed) this.input.setAttribute("aria-activedescendant", `hit-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
    this.hits.replaceChildren(...(items.length > 0 ? items : [h("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, t("search.none"))]));
  }

  private take(hit: Hit): void {
    this.pick(hit.mmsi, hit.last);
    this.input.value = "";
    this.input.blur();
    this.hide();
  }

  private hide(): void {
    this.hits.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }
}
