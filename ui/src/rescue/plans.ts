// Plans: what each area and all together are worth, side by side; areas by hand; files for the crews.

import { h } from "../dom";
import { degrees, knots, latitude, longitude, utc } from "../format";
import { language, t } from "../i18n";
import { NAUTICAL_MILE } from "../units";
import { get, type Plan, posted, post, Refused, type Row, type Task } from "./api";
import { curve } from "./curve";
import type { Editor } from "./edit";
import { button, field } from "./fields";
import { shapeOf } from "./shape";
import type { State } from "./state";

const AREAS = ["PS", "CS", "SS", "VS"];
const QUICK = ["print", "pdf", "gpx", "rtz", "action", "all"];
const FACTS = ["from", "to", "casualty", "persons", "situation", "osc", "control"];

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

export function miles(metres: number, decimals = 1): string {
  return `${(metres / NAUTICAL_MILE).toFixed(decimals)} nm`;
}

function time(ns: number): string {
  return `${utc(ns / 1e6, false)}Z`;
}

export class PlanSheet {
  private root: HTMLElement | null = null;
  private effort: { plan: number; curve: [number, number][] } | null = null;
  private readonly facts: Row = {};
  private format = "sitrep";
  private making = "";
  /** Tasks whose legs are listed. */
  private readonly open = new Set<string>();

  constructor(
    private readonly state: State, private readonly kept: (n: number) => void, private readonly said: (text: string) => void,
    private readonly replan: () => void, private readonly editor: () => Editor,
  ) {
    state.on(["plan"], () => this.refresh());
  }

  draw(root: HTMLElement): void {
    this.root = root;
    this.refresh();
  }

  private refresh(): void {
    const root = this.root;
    if (!root?.isConnected || root.dataset.step !== "plan") return;
    const record = this.state.record(), plan = this.state.plan;
    const active = document.activeElement as HTMLElement | null, focused = active?.dataset?.key ?? active?.dataset?.act;
    if (active?.matches("#sheet .facts input, #sheet .facts textarea")) return; // drawn anew when the words are typed
    if (!record || !plan) {
      root.replaceChildren(h("p", { class: "empty" }, t("r.noPlan")), button(t("r.toBoats"), this.replan, { class: "main" }));
      return;
    }
    root.replaceChildren(
      this.compare(), this.worth(plan, record.plan),
      h("div", { class: "acts", hidden: this.state.edited === null },
        button(t("r.keep"), () => void this.keep(), { class: "main", "data-act": "keep", disabled: this.state.edited === null || !this.state.mayAct }),
        button(t("r.undo"), () => this.state.choosePlan(this.state.shown), { "data-act": "undo", disabled: this.state.edited === null })),
      this.quick(),
      h("ul", { class: "weak" }, ...[plan.approval, ...plan.weaknesses].filter(Boolean).map((w) => h("li", {}, w))),
      ...plan.tasks.map((task) => this.task(task)),
      this.curve(plan) ?? "", this.files());
    if (focused) root.querySelector<HTMLElement>(`[data-key="${focused}"], [data-act="${focused}"]`)?.focus();
    if (this.effort?.plan !== record.n) void this.ask(record.n);
  }

  /** All plans of the case beside each other; one is on the map, another can lie faintly below it. */
  private compare(): HTMLElement {
    const rows = (this.state.open?.plans ?? []).map((p) => {
      const shown = p.n === this.state.shown;
      const boats = new Set(p.plan.tasks.map((task) => task.searcher)).size;
      return h("tr", { class: shown ? "shown" : "" },
        h("td", {}, h("button", { type: "button", class: "link", "data-key": `plan${p.n}`, "aria-pressed": String(shown),
          click: () => this.state.choosePlan(p.n) }, p.title || t("r.plan", { n: p.n }))),
        h("td", {}, `${time(p.plan.begin)}–${time(p.plan.end)}`), h("td", {}, String(boats)), h("td", { class: "strong" }, percent(p.plan.pos)),
        h("td", {}, percent(1 - (1 - p.plan.pos_before) * (1 - p.plan.pos))),
        h("td", {}, shown ? null : h("input", { type: "checkbox", checked: this.state.beside === p.n, "aria-label": t("r.beside"),
          title: t("r.beside"), change: () => {
            this.state.beside = this.state.beside === p.n ? 0 : p.n;
            this.state.tell("plan");
          } })));
    });
    const heads = ["r.plans", "r.time", "r.boats", "r.pos", "r.posAll", "r.beside"];
    return h("table", { class: "plans" }, h("thead", {}, h("tr", {}, ...heads.map((k) => h("th", { scope: "col" }, t(k))))), h("tbody", {}, ...rows));
  }

  private worth(plan: Plan, before: Plan): HTMLElement {
    const change = plan.pos - before.pos;
    const gap = plan.bound > 0 ? plan.pos / plan.bound : 0;
    return h("div", { class: "worth", "data-pos": plan.pos.toFixed(6) },
      h("strong", {}, percent(plan.pos)), h("span", {}, t("r.posTotal")),
      this.state.edited ? h("em", { class: change < 0 ? "less" : "more" }, `${change < 0 ? "−" : "+"}${percent(Math.abs(change))}`) : null,
      h("p", {}, t("r.bound", { bound: percent(plan.bound), share: percent(gap), ideal: percent(plan.pos_ideal) })),
      plan.ashore >= 0.005 ? h("p", {}, t("r.ashore", { share: percent(plan.ashore) })) : null);
  }

  private task(task: Task): HTMLElement {
    const a = task.area, chosen = this.state.chosen === task.name;
    const choose = () => {
      this.state.chosen = chosen ? "" : task.name;
      this.state.tell("plan");
    };
    return h("section", { class: chosen ? "task chosen" : "task" },
      h("button", { type: "button", class: "task-head", "aria-pressed": String(chosen), "data-key": task.name, click: choose },
        h("b", {}, task.name), ` ${task.searcher}`, h("span", { class: "figure" }, `${t("r.pos")} ${percent(task.pos)}`, ...this.change(task))),
      h("p", {}, this.pattern(task), ` ${time(task.begin)}–${time(task.end)}, ${knots(task.speed)}, ${t("r.spacing")} ${miles(task.spacing, 2)}`),
      h("p", {}, `${miles(a.length)} × ${miles(a.width)}, ${t("r.axis")} ${String(Math.round(a.axis) % 180).padStart(3, "0")}°, POC ${percent(task.poc)}, POD ${percent(task.pod)}, C ${task.coverage.toFixed(2)}`),
      h("p", {}, `${t("r.csp")} ${task.waypoints[0] ? `${latitude(task.waypoints[0].lat)} ${longitude(task.waypoints[0].lon)}` : "–"}`),
      chosen && this.state.mayAct ? h("p", { class: "hint" }, t(this.state.line(task.name) ? "r.lineKeys" : "r.areaKeys")) : null,
      this.legs(task),
      ...task.notes.map((note) => h("p", { class: "hint" }, note)));
  }

  /** By how much the task is worth more or less than in the plan that was kept. */
  private change(task: Task): HTMLElement[] {
    const before = this.state.record()?.plan.tasks.find((x) => x.name === task.name);
    const change = before ? task.pos - before.pos : 0;
    if (!this.state.edited || Math.abs(change) < 5e-5) return [];
    return [h("em", { class: change < 0 ? "less" : "more" }, ` ${change < 0 ? "−" : "+"}${percent(Math.abs(change))}`)];
  }

  /** The pattern of a task: to be chosen for an area, said for a line. */
  private pattern(task: Task): HTMLElement {
    if (!AREAS.includes(task.pattern) || !this.state.mayAct) return h("span", {}, `${t(`r.pattern.${task.pattern}`)}, `);
    const choice = h("select", { class: "pattern", "data-key": `pattern-${task.name}`, "aria-label": t("r.patternOf", { name: task.name }) },
      ...AREAS.map((p) => h("option", { value: p, selected: p === task.pattern }, `${p} ${t(`r.pattern.${p}`)}`)));
    choice.addEventListener("change", () => {
      this.state.chosen = task.name;
      this.editor().set(task, { ...(this.state.shapes[task.name] ?? shapeOf(task.area)), pattern: choice.value });
    });
    return choice;
  }

  private legs(task: Task): HTMLElement {
    const whole = task.waypoints.reduce((sum, w) => sum + w.length, 0);
    const list = h("details", { class: "legs", open: this.open.has(task.name) },
      h("summary", { "data-key": `legs-${task.name}` }, t("r.legs", { n: Math.max(0, task.waypoints.length - 1), miles: miles(whole) })));
    const fill = () => {
      if (list.querySelector("table")) return;
      list.append(h("table", {}, h("thead", {}, h("tr", {}, ...["r.leg.n", "r.leg.place", "r.leg.time", "r.leg.course", "r.leg.length"].map((k) => h("th", { scope: "col" }, t(k))))),
        h("tbody", {}, ...task.waypoints.map((w, k) => h("tr", {}, h("td", {}, String(k + 1)), h("td", {}, `${latitude(w.lat)} ${longitude(w.lon)}`),
          h("td", {}, time(w.time)), h("td", {}, w.length > 0 ? degrees(w.course) : ""), h("td", {}, w.length > 0 ? miles(w.length, 2) : ""))))));
    };
    if (this.open.has(task.name)) fill();
    list.addEventListener("toggle", () => {
      if (list.open) {
        this.open.add(task.name);
        fill();
      } else this.open.delete(task.name);
    });
    return list;
  }

  /** What goes to the crews, beside what it is worth. */
  private quick(): HTMLElement {
    const wait = this.state.edited !== null;
    const have = QUICK.filter((f) => f === "print" || f in this.state.lists.formats);
    return h("div", { class: "quick" }, h("h3", {}, t("r.forCrews")),
      h("div", { class: "acts" }, ...have.map((f) => button(t(`r.file.${f}`), () => void this.download(f), {
        "data-act": `export-${f}`, disabled: wait || this.making !== "", title: this.state.lists.formats[f] ?? t("r.file.print") }))),
      this.making ? h("p", { class: "hint", role: "status" }, t("r.making", { file: t(`r.file.${this.making}`) })) : null,
      wait ? h("p", { class: "hint" }, t("r.keepFirst")) : null);
  }

  private async ask(n: number): Promise<void> {
    this.effort = { plan: n, curve: [] };
    try {
      const told = await get<{ curve: [number, number][] }>(`cases/${this.state.open?.id}/effort?plan=${n}`);
      if (this.effort.plan === n) this.effort.curve = told.curve;
      this.refresh();
    } catch (e) {
      this.said(e instanceof Refused ? e.words : String(e));
    }
  }

  private curve(plan: Plan): HTMLElement | null {
    const points = this.effort?.curve ?? [];
    if (points.length === 0) return null;
    const words = t("r.effortMark", { pos: percent(plan.pos) });
    return h("section", {}, h("h3", {}, t("r.effort")), curve([[0, 0], ...points], [{ x: 1, y: plan.pos, words }], t("r.effort"), "×") as unknown as HTMLElement,
      h("p", { class: "hint" }, t("r.effortHint")));
  }

  private async keep(): Promise<void> {
    const { open, shown, changes } = this.state;
    if (!open) return;
    try {
      const told = await post<{ plan: number }>(`cases/${open.id}/keep`, { plan: shown, areas: changes, title: t("r.byHand", { n: shown }) });
      this.kept(told.plan);
    } catch (e) {
      this.said(e instanceof Refused ? e.words : String(e));
    }
  }

  private files(): HTMLElement {
    const choice = h("select", { "aria-label": t("r.format"), "data-key": "format" },
      ...Object.entries(this.state.lists.formats).map(([name, what]) => h("option", { value: name, selected: name === this.format }, `${name}: ${what}`)));
    choice.addEventListener("change", () => (this.format = choice.value));
    return h("section", {}, h("h3", {}, t("r.files")),
      h("details", { class: "facts" }, h("summary", {}, t("r.facts")), h("div", { class: "grid" },
        ...FACTS.map((key) => field({ key, wide: key === "situation" || key === "casualty" }, this.facts, `facts.${key}`, t(`r.fact.${key}`), () => undefined)))),
      h("div", { class: "acts" }, choice, button(t("r.download"), () => void this.download(this.format), { "data-act": "export", disabled: this.state.edited !== null || this.making !== "" })));
  }

  /** A file of the plan as it was kept; `print` opens the brief in a tab of its own and asks the browser to print it. */
  private async download(format: string): Promise<void> {
    const facts = Object.fromEntries(Object.entries(this.facts).filter(([, v]) => String(v).trim()));
    const tab = format === "print" ? window.open("", "_blank") : null; // now, while the press still counts
    this.making = format in this.state.lists.formats && !QUICK.includes(format) ? "all" : format;
    this.refresh();
    try {
      const answer = await posted(`cases/${this.state.open?.id}/export`,
        { plan: this.state.shown, format: format === "print" ? "html" : format, language: language(), facts });
      const named = decodeURIComponent(/filename\*=UTF-8''(.+)$/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? `plan.${format}`);
      const blob = await answer.blob();
      const url = URL.createObjectURL(format === "print" ? new Blob([blob], { type: "text/html" }) : blob);
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      if (tab) {
        tab.addEventListener("load", () => tab.print());
        tab.location.href = url;
      } else h("a", { href: url, download: named }).click();
      this.said(t("r.downloaded", { file: named }));
    } catch (e) {
      tab?.close();
      this.said(e instanceof Refused ? e.words : String(e));
    }
    this.making = "";
    this.refresh();
  }
}
