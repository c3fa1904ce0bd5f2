// The statistics page: traffic, gates, alerts, reception and the density map of any period; every plot with its table.

import "../palettes.css";
import "./shell.css";
import "./stats.css";
import { askJson } from "../asking";
import { h, must } from "../dom";
import { utc, utcDate } from "../format";
import { controls, spanOf, words } from "./asked";
import { DensityMap } from "./map";
import { alerts, byDirection, byFlag, byHour, bySpeed, byType, type Counts, type Gates, gates, noGates, reception } from "./parts";
import { plainKey, shell } from "./shell";
import { pageName } from "../pages";
import { t } from "./words";

const AGAIN_MS = 3000; // a watch stores the first reports within seconds

const density = new DensityMap();
let counts: Counts | null = null;
let gateCounts: Gates | null = null;
let last: number | null = null;
let trouble = "";
let turn = 0;
let waits = false; // for the first reports to be stored

function get<T>(path: string): Promise<T> {
  return askJson<T>(`api/${path}`);
}

async function load(): Promise<void> {
  const mine = ++turn;
  document.documentElement.dataset.counted = "";
  [counts, gateCounts, trouble] = [null, null, ""];
  try {
    const there = await get<{ stored: boolean; end_ms: number | null }>("history");
    last = there.end_ms;
    waits = last === null && there.stored;
    if (last === null) trouble = t(there.stored ? "no.history" : "no.sea");
    draw();
    if (waits) setTimeout(() => { if (mine === turn) void load(); }, AGAIN_MS);
    if (last === null) return;
    const span = spanOf(last);
    const query = words();
    const map = density.show(span, query);
    const asked = `begin=${span.begin}&end=${span.end}&${query}`;
    const [c, lines] = await Promise.all([get<Counts>(`statistics?${asked}`), get<{ lines: { gate: boolean }[] }>("gates")]);
    const g = lines.lines.some((l) => l.gate) ? await get<Gates>(`gates/passages?${asked}`) : null;
    if (mine !== turn) return;
    [counts, gateCounts] = [c, g];
    draw();
    await map;
  } catch (error) {
    if (mine !== turn) return;
    trouble = t("failed", { why: error instanceof Error ? error.message : String(error) });
    draw();
  }
  if (mine === turn) document.documentElement.dataset.counted = String(turn);
}

function draw(): void {
  const page = must("page");
  const at = page.scrollTop;
  const held = page.contains(document.activeElement) ? markOf(document.activeElement as HTMLElement) : "";
  const head = [h("h1", {}, pageName("statistics")), last === null ? null : controls(spanOf(last), () => void load())];
  if (trouble) head.push(h("p", waits ? { class: "waits", role: "status" } : { class: "trouble", role: "alert" }, trouble));
  const time = (ms: number) => `${utcDate(ms)} ${utc(ms, false)}`;
  const sum = counts ? t("sum", { ships: counts.ships.toLocaleString("en"), reports: counts.reports.toLocaleString("en"), begin: time(counts.begin_ms), end: time(counts.end_ms) })
    : trouble ? "" : t("busy");
  const parts = counts ? [byHour(counts), byType(counts), byDirection(counts), bySpeed(counts), byFlag(counts),
    ...(gateCounts ? gates(gateCounts) : [noGates()]), ...alerts(counts), reception(counts)] : [];
  page.replaceChildren(...head.filter((x) => x !== null), h("p", { class: "sum", role: "status" }, sum),
    h("div", { class: "plots" }, last === null ? "" : density.build(), ...parts));
  page.scrollTop = at;
  if (held) page.querySelector<HTMLElement>(held)?.focus({ preventScroll: true });
}

/** How to find an element again after it was made anew: who uses the keyboard stays where she was. */
function markOf(element: HTMLElement): string {
  const { period } = element.dataset;
  const name = element.getAttribute("name");
  if (period) return `[data-period="${period}"]`;
  if (name) return `${element.tagName}[name="${name}"]${element.getAttribute("type") === "checkbox" ? `[value="${element.getAttribute("value") ?? ""}"]` : ""}`;
  return element.className ? `${element.tagName}.${element.className.split(" ").join(".")}` : element.tagName;
}

shell("statistics", () => {
  draw();
  density.draw();
}, () => [h("button", { type: "button", class: "print", click: () => print() }, t("print"))]);
addEventListener("keydown", (event) => {
  const periods: Record<string, string> = { "1": "day", "2": "week", "3": "month" };
  const name = periods[plainKey(event)];
  if (name) document.querySelector<HTMLButtonElement>(`[data-period="${name}"]`)?.click();
});
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll<HTMLDetailsElement>("figure details")) details.open = false;
});
void load();
