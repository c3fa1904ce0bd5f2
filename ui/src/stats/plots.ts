// Plots of a page to be read and printed: small SVG, each with its table and its CSV.

import { h } from "../dom";
import { csvRow, save } from "./shell";
import { t } from "./words";

export interface Series {
  name: string;
  colour: string; // a CSS colour or var()
  values: number[];
}

export interface Table {
  head: string[];
  rows: (string | number | null)[][];
}

const SVG = "http://www.w3.org/2000/svg";
type Attributes = Record<string, string | number>;

function svg(tag: string, attributes: Attributes, ...children: (Node | string)[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** Round steps from 0 to the top of an axis: 1, 2 or 5 times a power of ten, whole numbers. */
export function ticks(top: number, most = 4): number[] {
  if (top <= 0) return [0, 1];
  const raw = top / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, ([1, 2, 5, 10].find((k) => k * power >= raw) ?? 10) * power);
  const out: number[] = [];
  for (let v = 0; v < top + step; v += step) out.push(Math.round(v * 1e6) / 1e6);
  return out;
}

/** A plot in its frame: title, legend, drawing, note, table to unfold, CSV to take. */
export function figure(name: string, title: string, drawing: Element | null, table: Table, more: { note?: string; legend?: Series[]; wide?: boolean; empty?: string } = {}): HTMLElement {
  const numeric = table.head.map((_, k) => table.rows.length > 0 && table.rows.every((r) => r[k] === null || typeof r[k] === "number"));
  const body = () => h("table", {},
    h("thead", {}, h("tr", {}, ...table.head.map((text, k) => h("th", { class: numeric[k] ? "n" : "", scope: "col" }, text)))),
    h("tbody", {}, ...table.rows.map((row) => h("tr", {}, ...row.map((cell, k) => h("td", { class: numeric[k] ? "n" : "" }, cell === null ? "–" : String(cell)))))));
  const details = h("details", { toggle: () => {
    if (details.open && !details.querySelector("table")) details.append(body());
  } }, h("summary", {}, t("table")));
  const csv = h("button", { type: "button", class: "csv", title: `${title}: ${t("csv")}`, click: () =>
    save(`${name}.csv`, "text/csv;charset=utf-8", "\ufeff", csvRow(table.head), ...table.rows.map(csvRow)) }, t("csv"));
  const empty = table.rows.length === 0;
  if (drawing && !drawing.hasAttribute("aria-label")) drawing.setAttribute("aria-label", title); // its numbers are in the table
  return h("figure", { id: name, class: more.wide ? "wide" : "" },
    h("figcaption", {}, h("h2", {}, title), h("span", { class: "space" }), empty ? null : csv),
    more.legend && more.legend.length > 1 ? h("ul", { class: "keys" }, ...more.legend.map((s) => {
      const swatch = h("i", {});
      swatch.style.background = s.colour;
      return h("li", {}, swatch, s.name);
    })) : null,
    empty ? h("p", { class: "note" }, more.empty ?? "–") : drawing,
    more.note ? h("p", { class: "note" }, more.note) : null, empty ? null : details);
}

/** Columns one above the other; `labels` below, as many as fit. */
export function columns(labels: string[], series: Series[], unit: string, width = 1180, height = 230): SVGElement {
  const [left, right, top, bottom] = [46, 8, 8, 24];
  const sums = labels.map((_, k) => series.reduce((sum, s) => sum + (s.values[k] ?? 0), 0));
  const marks = ticks(Math.max(...sums, 0));
  const high = marks.at(-1) ?? 1;
  const y = (v: number) => top + (height - top - bottom) * (1 - v / high);
  const step = (width - left - right) / Math.max(labels.length, 1);
  const gap = step > 6 ? Math.min(step * 0.2, 6) : 0;
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": unit });
  for (const v of marks) {
    root.append(svg("line", { x1: left, x2: width - right, y1: y(v), y2: y(v), class: "rule" }),
      svg("text", { x: left - 6, y: y(v) + 4, "text-anchor": "end" }, v.toLocaleString("en")));
  }
  const every = Math.max(1, Math.ceil((Math.max(...labels.map((l) => l.length), 1) * 7.2 + 10) / step));
  labels.forEach((label, k) => {
    const x = left + k * step;
    let base = 0;
    const bar = svg("g", {});
    for (const s of series) {
      const v = s.values[k] ?? 0;
      if (v <= 0) continue;
      const rect = svg("rect", { x: x + gap / 2, width: Math.max(step - gap, 0.5), y: y(base + v), height: Math.max(y(base) - y(base + v), 0.5) });
      rect.style.fill = s.colour;
      bar.append(rect);
      base += v;
    }
    bar.append(svg("title", {}, `${label}: ${sums[k]?.toLocaleString("en")}${series.length > 1
      ? series.filter((s) => s.values[k]).map((s) => `\n${s.name}: ${s.values[k]}`).join("") : ""}`));
    root.append(bar);
    if (k % every === 0) root.append(svg("text", { x: x + step / 2, y: height - 7, "text-anchor": "middle" }, label));
  });
  return root;
}

/** Bars from left to right, each with its name and number; `parts` split them. */
export function bars(names: string[], parts: Series[], width = 560): SVGElement {
  const row = 23;
  const wide = Math.min(Math.max(...names.map((n) => [...n].reduce((w, c) => w + (c.charCodeAt(0) > 0x2e80 ? 13 : 7.2), 0)), 30) + 10, 190);
  const sums = names.map((_, k) => parts.reduce((sum, s) => sum + (s.values[k] ?? 0), 0));
  const high = Math.max(...sums, 1);
  const scale = (width - wide - 58) / high;
  const root = svg("svg", { viewBox: `0 0 ${width} ${row * names.length + 4}`, role: "img" });
  names.forEach((name, k) => {
    const y = k * row + 3;
    let x = wide;
    const bar = svg("g", {}, svg("text", { x: wide - 8, y: y + 14, "text-anchor": "end" }, name));
    for (const s of parts) {
      const w = (s.values[k] ?? 0) * scale;
      if (w <= 0) continue;
      const rect = svg("rect", { x, y, width: Math.max(w, 0.5), height: row - 6 });
      rect.style.fill = s.colour;
      rect.append(svg("title", {}, `${name}, ${s.name}: ${s.values[k]}`));
      bar.append(rect);
      x += w;
    }
    bar.append(svg("text", { x: x + 6, y: y + 14, class: "n" }, (sums[k] ?? 0).toLocaleString("en")));
    root.append(bar);
  });
  return root;
}

/** A rose of eight directions: the length of a petal is its number. */
export function rose(names: string[], values: number[], colour: string, size = 250): SVGElement {
  const high = Math.max(...values, 1);
  const [c, r] = [size / 2, size / 2 - 28];
  const root = svg("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", class: "rose" });
  for (const share of [0.5, 1]) root.append(svg("circle", { cx: c, cy: c, r: r * share, class: "ring" }));
  values.forEach((v, k) => {
    const reach = r * (v / high);
    const at = (deg: number, far: number) => `${c + far * Math.sin((deg * Math.PI) / 180)},${c - far * Math.cos((deg * Math.PI) / 180)}`;
    const mid = k * 45;
    const petal = svg("path", { d: `M${c},${c} L${at(mid - 20, reach)} A${reach},${reach} 0 0 1 ${at(mid + 20, reach)} Z` });
    petal.style.fill = colour;
    petal.append(svg("title", {}, `${names[k]}: ${v}`));
    const [x, y] = at(mid, r + 15).split(",") as [string, string];
    root.append(petal, svg("text", { x, y: Number(y) + 4, "text-anchor": "middle" }, names[k] ?? ""));
  });
  root.append(svg("text", { x: c + 4, y: c - r + 12, class: "n" }, high.toLocaleString("en")));
  return root;
}

/** Rows of cells, darker where more; one row a station, one column an hour. */
export function carpet(rows: string[], labels: string[], values: number[][], colour: (share: number) => string, width = 1180): SVGElement {
  const left = 150;
  const row = 22;
  const step = (width - left - 8) / Math.max(labels.length, 1);
  const high = Math.max(...values.flat(), 1);
  const root = svg("svg", { viewBox: `0 0 ${width} ${row * rows.length + 24}`, role: "img" });
  rows.forEach((name, r) => {
    root.append(svg("text", { x: left - 8, y: r * row + 15, "text-anchor": "end" }, name.length > 19 ? `${name.slice(0, 18)}…` : name));
    labels.forEach((label, k) => {
      const v = values[r]?.[k] ?? 0;
      const cell = svg("rect", { x: left + k * step, y: r * row + 1, width: Math.max(step - (step > 4 ? 1 : 0), 0.4), height: row - 3, class: v ? "" : "none" });
      if (v) cell.style.fill = colour(Math.sqrt(v / high));
      cell.append(svg("title", {}, `${name}, ${label}: ${v.toLocaleString("en")}`));
      root.append(cell);
    });
  });
  const every = Math.max(1, Math.ceil((Math.max(...labels.map((l) => l.length), 1) * 7.2 + 10) / step));
  labels.forEach((label, k) => {
    if (k % every === 0) root.append(svg("text", { x: left + (k + 0.5) * step, y: row * rows.length + 17, "text-anchor": "middle" }, label));
  });
  return root;
}
