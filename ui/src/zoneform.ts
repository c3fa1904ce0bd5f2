// The form of a zone: name, kind, width, direction, rules, corners. What it holds is what the server reads: "12 kn", "0.5 nm".

import type { Feature } from "geojson";
import { h } from "./dom";
import { latitude, longitude } from "./format";
import { t } from "./i18n";
import { NAUTICAL_MILE } from "./units";
import type { Draft, Point } from "./zonedraft";

export const KINDS = [
  "area", "restricted", "closed_area", "anchorage", "no_anchoring", "speed_segment", "precautionary", "lane", "separation_zone", "inshore_zone",
  "deep_water_route", "two_way_route", "recommended_track", "roundabout", "separation_line", "separation_boundary", "pilot_boarding", "port",
  "cable", "pipeline", "platform", "report_line", "gate", "sector", "licensed", "eez", "territorial", "depth",
];
const DIRECTED = new Set(["lane", "speed_segment", "deep_water_route", "recommended_track", "roundabout"]);
/** Rules with a number: name, unit shown, and how one of that unit is written for the server. */
const NUMBERS: [string, string][] = [
  ["speed_max", "kn"], ["speed_min", "kn"], ["length_min", "m"], ["length_max", "m"], ["draught_min", "m"], ["draught_max", "m"], ["dwell_max", "min"],
];
const FLAGS = ["entry", "anchoring", "fishing", "dredging", "transfer"];
const TEXTS = ["types", "flags", "mmsi", "hours", "vhf", "authority", "note"];
const PER: Record<string, number> = { "m/s": 1.94384449, kn: 1, m: 1, nm: NAUTICAL_MILE, s: 1 / 60, min: 1, h: 60 };

/** The number of a text such as "12.0 kn" or "600 s", in the unit of the form; empty where there is none. */
function inForm(said: unknown): string {
  const [number, unit] = String(said ?? "").split(" ");
  const value = parseFloat(number ?? "");
  return Number.isFinite(value) ? String(Math.round(value * (PER[unit ?? ""] ?? 1) * 1000) / 1000) : "";
}

export interface FormEvents {
  save(): void;
  cancel(): void;
  remove(): void;
  finish(): void;
  /** The draft was changed in the form. */
  changed(): void;
}

export class ZoneForm {
  readonly root = h("form", { class: "zone-form" });
  private readonly problem = h("p", { class: "problem", role: "alert" });
  private readonly corners = h("ol", { class: "corners" });
  private properties: Record<string, unknown> = {};

  constructor(private readonly draft: Draft, private readonly known: Feature | null, private readonly on: FormEvents) {
    this.properties = (known?.properties ?? {}) as Record<string, unknown>;
    this.build();
    this.refresh();
  }

  private input(name: string, value: string, more: Record<string, string | number | boolean> = {}): HTMLInputElement {
    return h("input", { name, value, maxlength: 200, autocomplete: "off", ...more });
  }

  private build(): void {
    const p = this.properties;
    const row = (label: string, input: HTMLElement, unit = "") => h("label", {}, h("span", {}, label), h("span", { class: "unit" }, input, unit));
    const kind = h("select", { name: "kind" }, ...KINDS.map((k) => h("option", { value: k, selected: k === (p.kind ?? "area") }, t(`kind.${k}`))));
    const direction = row(t("zone.direction"), this.input("direction", inForm(p.direction), { type: "number", min: 0, max: 360, step: "any" }), "°");
    const show = () => direction.toggleAttribute("hidden", !DIRECTED.has(kind.value));
    kind.addEventListener("change", show);
    show();
    const width = this.input("width", (this.draft.width / NAUTICAL_MILE).toFixed(3), { type: "number", min: 0, step: "any" });
    width.addEventListener("change", () => {
      if (Number(width.value) > 0) this.draft.width = Number(width.value) * NAUTICAL_MILE;
      this.draft.moved = true;
      this.on.changed();
    });
    const number = ([name, unit]: [string, string]) => row(t(`zone.${name}`), this.input(name, inForm(p[name]), { type: "number", min: 0, step: "any" }), unit);
    const flag = (name: string) => row(t(`zone.${name}`), h("select", { name },
      ...[["", "–"], ["yes", t("zone.yes")], ["no", t("zone.no")]].map(([value, words]) => h("option", { value, selected: value === yesNo(p[name]) }, words))));
    const plain = (name: string) => row(t(`zone.${name}`), this.input(name, String(p[name] ?? "").replace(/,/g, " ")));
    const set = [...NUMBERS.map(([n]) => n), ...FLAGS, ...TEXTS].some((n) => p[n] !== undefined);
    this.root.append(
      row(t("zone.name"), this.input("name", String(p.name ?? ""), { required: true, maxlength: 120 })), row(t("zone.kind"), kind), direction,
      this.draft.shape === "area" ? "" : row(t(this.draft.shape === "circle" ? "zone.radius" : "zone.width"), width, "nm"),
      h("details", { open: set }, h("summary", {}, t("zone.rules")), ...NUMBERS.map(number), ...FLAGS.map(flag), ...TEXTS.map(plain)),
      h("details", { class: "corner-list" }, h("summary", {}, t("zone.corners")), this.corners),
      p.source ? h("p", { class: "source" }, t("alert.lines", { source: String(p.source) })) : "", this.problem,
      h("div", { class: "sheet-buttons" },
        this.known ? h("button", { type: "button", class: "remove", click: () => this.on.remove() }, t("zone.remove")) : "",
        h("button", { type: "button", class: "no", click: () => this.on.cancel() }, t("form.no")), h("button", { type: "submit", class: "yes" }, t("zone.save"))));
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.on.save();
    });
  }

  say(problem: string): void {
    this.problem.textContent = problem;
  }

  /** The list of corners and the reach, as the draft has them now. */
  refresh(): void {
    const width = this.root.elements.namedItem("width") as HTMLInputElement | null;
    if (width && document.activeElement !== width) width.value = (this.draft.width / NAUTICAL_MILE).toFixed(3);
    if (this.corners.contains(document.activeElement)) return; // somebody writes there
    const cell = (k: number, axis: 0 | 1) => {
      const p = this.draft.points[k] as Point;
      const input = this.input(`c${k}${axis}`, p[axis].toFixed(5), { type: "number", step: "any", "aria-label": axis ? latitude(p[1]) : longitude(p[0]) });
      input.addEventListener("change", () => {
        const now = [...(this.draft.points[k] as Point)] as Point;
        const limit = axis === 0 ? 180 : 85;
        if (input.value === "" || Math.abs(Number(input.value)) > limit) return;
        now[axis] = Number(input.value);
        this.draft.move(k, now);
        this.on.changed();
      });
      return input;
    };
    this.corners.replaceChildren(...this.draft.points.map((_, k) => h("li", { class: k === this.draft.chosen ? "chosen" : "" }, cell(k, 1), cell(k, 0),
      h("button", { type: "button", "aria-label": `${t("tool.remove")}: ${k + 1}`, click: () => {
        this.draft.remove(k);
        this.on.changed();
      } }, "×"))));
  }

  /** The zone as the server takes it; its source stays where its lines did. */
  feature(): Feature {
    const value = (name: string) => ((this.root.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement | null)?.value ?? "").trim();
    const out: Record<string, string> = { name: value("name"), kind: value("kind") };
    if (DIRECTED.has(out.kind ?? "") && value("direction") !== "") out.direction = `${value("direction")} deg`;
    if (this.draft.shape !== "area") out.width = `${this.draft.width.toFixed(1)} m`;
    for (const [name, unit] of NUMBERS) if (value(name) !== "") out[name] = `${value(name)} ${unit}`;
    for (const name of [...FLAGS, ...TEXTS]) if (value(name) !== "") out[name] = value(name);
    for (const name of ["depth"]) if (this.properties[name] !== undefined) out[name] = String(this.properties[name]);
    if (!this.draft.moved && this.properties.source) out.source = String(this.properties.source);
    return { type: "Feature", properties: out, geometry: this.draft.geometry() };
  }
}

function yesNo(said: unknown): string {
  if (typeof said === "boolean") return said ? "yes" : "no";
  return said === "yes" || said === "no" ? said : "";
}
