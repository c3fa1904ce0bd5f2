// What a grant changed: chosen here, measured on the server as a job, shown as it is written into the register.

import { h } from "../dom";
import { language } from "../i18n";
import { address, get, post, Refused } from "./api";
import { field, link, section, table, whoField } from "./bits";
import { t, word } from "./words";

type Boat = { name: string; lat: number; lon: number; speed_kn: number };
type Choices = {
  programme: string; demands: string[]; left_out: Record<string, string>; craft: Boat[]; assets: Boat[]; boats: Boat[]; seasons: string[];
};
export type Row = { basis: string; season: string; indicator: string; unit: string; value: number; low: number | null; high: number | null };
type Result = {
  rows: Row[]; alone: Record<string, number>; ready: Record<string, number>; evidence: Record<string, number>; assumptions: string[];
  left_out: Record<string, string>; places: number; not_at_sea: number; unplaced: number; demand: string; seed: number; source: string;
  who: string; entries: number[];
};
type Job = { id: string; state: string; done: number; of: number; error: string; hint: string; result: Partial<Result> };

const BASES = ["baseline", "expected", "measured"];
const LOOK = 400; // ms between two looks at the job
const MOST_FILE = 4_000_000;

export async function capabilityPage(id: string, user: string | null): Promise<HTMLElement> {
  const can = await get<Choices>("/capability", { programme: id });
  const found = h("div", { class: "found" });
  return h("div", { class: "capability" },
    h("div", { class: "head" }, h("h1", {}, t("cap.title"))),
    h("p", { class: "id" }, link(`#/programme/${id}`, id)),
    h("p", { class: "none" }, t("cap.what")),
    craftTable(can), form(can, user, found), found);
}

function craftTable(can: Choices): HTMLElement {
  const rows = [...can.assets.map((a) => [a, t("cap.there")] as const), ...can.craft.map((a) => [a, t("cap.grant")] as const)]
    .map(([a, whose]) => [a.name, whose, `${a.lat.toFixed(3)}, ${a.lon.toFixed(3)}`, `${a.speed_kn.toFixed(1)} kn`]);
  const left = Object.entries(can.left_out).map(([item, why]) => `${item}: ${why}`);
  return h("div", {}, table([t("item"), "", t("place"), t("cap.speed")], rows, "craft"),
    left.length ? h("p", { class: "none" }, t("cap.left", { s: left.join(", ") })) : null);
}

function form(can: Choices, user: string | null, found: HTMLElement): HTMLElement {
  const date = (name: string): HTMLInputElement => h("input", { type: "date", name });
  const number = (name: string, value: string, step = "1"): HTMLInputElement => h("input", { type: "number", name, value, min: "0", step });
  const first = can.demands.includes("example") ? "example" : "file";
  const demand = h("select", { name: "demand", change: () => shownFile() },
    ...can.demands.map((d) => h("option", { value: d, selected: d === first }, t(`cap.demand.${d}`))));
  const file = h("input", { type: "file", name: "table", accept: ".csv,text/csv" });
  const fileField = field(t("cap.file"), file);
  const shownFile = (): void => { fileField.hidden = demand.value !== "file"; };
  const boats = h("textarea", { name: "boats", rows: 3, cols: 44, placeholder: "Lumut, 4.23, 100.62, 25" },
    can.boats.map((b) => `${b.name}, ${b.lat}, ${b.lon}, ${b.speed_kn}`).join("\n"));
  const days = ["before.begin", "before.end", "after.begin", "after.end"].map(date) as [HTMLInputElement, HTMLInputElement, HTMLInputElement, HTMLInputElement];
  const within = number("within", "120"), launch = number("launch", "30"), slowed = can.seasons.map((s) => number(`slowed-${s}`, "1", "0.05"));
  const who = whoField(user);
  const go = h("button", { type: "submit" }, t("cap.go"));
  const span = (a: HTMLInputElement, b: HTMLInputElement): string[] | null => (a.value && b.value ? [a.value, b.value] : null);
  const made = h("form", { class: "ask", submit: (event: Event) => {
    event.preventDefault();
    void run(found, go, async () => ({
      programme: can.programme, demand: demand.value, who: who.value, boats: boatsOf(boats.value),
      table: demand.value === "file" ? await textOf(file) : "", before: span(days[0], days[1]), after: span(days[2], days[3]),
      within_min: Number(within.value), launch_min: Number(launch.value),
      slowed: Object.fromEntries(can.seasons.map((s, k) => [s, Number(slowed[k]?.value ?? 1)])),
    }));
  } },
    h("div", { class: "fields" }, field(t("cap.demand"), demand), fileField, field(t("cap.within"), within), field(t("cap.launch"), launch)),
    h("div", { class: "fields" }, field(t("cap.before.from"), days[0]), field(t("cap.before.to"), days[1]), field(t("cap.after.from"), days[2]), field(t("cap.after.to"), days[3])),
    h("div", { class: "fields" }, ...can.seasons.map((s, k) => field(t("cap.slowed", { s }), slowed[k] as HTMLInputElement))),
    h("div", { class: "fields" }, field(t("cap.boats"), boats), field(t("sheet.who"), who), go));
  shownFile();
  return made;
}

/** Lines of NAME, LAT, LON, KNOTS. Throws {@link Refused} for another. */
export function boatsOf(text: string): Boat[] {
  return text.split("\n").filter((line) => line.trim()).map((line) => {
    const parts = line.split(",").map((p) => p.trim());
    const [lat = NaN, lon = NaN, speed_kn = NaN] = parts.slice(-3).map((p) => (p ? Number(p.replace(/\s*kn$/, "")) : NaN));
    const name = parts.slice(0, -3).join(", ");
    if (!name || !Number.isFinite(lat + lon + speed_kn)) throw new Refused(t("cap.boat", { s: line.trim() }), "", 400);
    return { name, lat, lon, speed_kn };
  });
}

async function textOf(file: HTMLInputElement): Promise<string> {
  const given = file.files?.[0];
  if (!given) return "";
  if (given.size > MOST_FILE) throw new Refused(t("cap.large"), "", 400);
  return given.text();
}

async function run(found: HTMLElement, go: HTMLButtonElement, body: () => Promise<unknown>): Promise<void> {
  go.disabled = true;
  try {
    let job = await post<Job>("/capability", await body());
    const bar = h("progress", { max: 1 }), stop = h("button", { type: "button", click: () => void fetch(address(`/capability/jobs/${job.id}`), { method: "DELETE" }) }, t("cap.stop"));
    found.replaceChildren(h("p", { class: "working", role: "status" }, t("cap.working"), " ", bar, " ", stop));
    while (job.state === "waiting" || job.state === "running") {
      await new Promise((done) => setTimeout(done, LOOK));
      if (!found.isConnected) return; // somebody went on to another page: the run goes on, and its figures are in the register
      job = await get<Job>(`/capability/jobs/${job.id}`);
      if (job.of > 0) { bar.max = job.of; bar.value = job.done; }
    }
    found.replaceChildren(job.state === "done" ? told(job.id, job.result as Result) : h("p", { class: "trouble" }, t("failed", { reason: `${job.error} ${job.hint}` })));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    found.replaceChildren(h("p", { class: "trouble" }, t("failed", { reason: `${error.message} ${error.hint}` })));
  } finally {
    go.disabled = false;
  }
}

export function figure(row: Row | undefined): string {
  if (!row) return "–";
  const share = row.unit === "share";
  const text = (v: number): string => (share ? (100 * v).toFixed(1) : v.toFixed(2));
  const value = `${text(row.value)} ${share ? "%" : row.unit}`;
  return row.low === null || row.high === null ? value : t("interval", { v: value, l: text(row.low), h: text(row.high) });
}

function told(job: string, result: Result): HTMLElement {
  const names = [...new Set(result.rows.map((r) => r.indicator))];
  const of = (name: string, basis: string): string => figure(result.rows.find((r) => r.indicator === name && r.basis === basis));
  const get = (form: string): HTMLElement => h("a", {
    class: "button", target: form === "html" ? "_blank" : undefined, download: form === "html" ? undefined : "",
    href: address(`/capability/jobs/${job}/export`, { format: form, language: language() }) }, form.toUpperCase());
  const grades = Object.entries(result.evidence).map(([g, hours]) => `${g} ${word("grade", g)}: ${hours.toFixed(1)} h`).join("; ");
  return section(t("measures"),
    h("p", { class: "forms" }, ...["pdf", "csv", "html", "xlsx"].flatMap((form) => [get(form), " "]),
      h("small", {}, t("cap.written", { a: result.entries[0] ?? "–", b: result.entries[1] ?? "–", who: result.who }))),
    table(["", t("baseline"), t("expected"), t("measured")], names.map((n) => [n, ...BASES.map((b) => of(n, b))]), "measures"),
    h("p", { class: "none" }, t("cap.interval")),
    h("h3", {}, t("cap.alone")),
    table([t("item"), t("cap.adds"), t("cap.ready")], Object.entries(result.alone).sort().map(([item, share]) => [item, `${share < 0 ? "" : "+"}${(100 * share).toFixed(1)} %`,
      result.ready[item] === undefined ? "–" : `${(100 * result.ready[item]).toFixed(0)} %`])),
    h("h3", {}, t("cap.rests")),
    h("ul", {}, ...result.assumptions.map((a) => h("li", {}, a)),
      h("li", {}, t("cap.evidence", { s: grades || "–" })),
      h("li", {}, t("cap.places", { n: result.places, m: result.not_at_sea, u: result.unplaced, d: result.demand, s: result.seed }))));
}
