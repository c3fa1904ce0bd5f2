// Plans: what each area and all together are worth, side by side; areas by hand; files for the crews.

import { h } from "../dom";
import { knots, latitude, longitude, utc } from "../format";
import { language, t } from "../i18n";
import { NAUTICAL_MILE } from "../units";
import { get, type Plan, posted, post, Refused, type Row, type Task } from "./api";
import { curve } from "./curve";
import { button, field } from "./fields";
import type { State } from "./state";

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
  private format = "all";

  constructor(
    private readonly state: State, private readonly kept: (n: number) => void, private readonly said: (text: string) => void,
    private readonly replan: () => void,
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
    const focused = (document.activeElement as HTMLElement | null)?.dataset?.key;
    if (!record || !plan) {
      root.replaceChildren(h("p", { class: "empty" }, t("r.noPlan")), button(t("r.toBoats"), this.replan, { class: "main" }));
      return;
    }
    root.replaceChildren(
      this.compare(), this.worth(plan, record.plan),
      h("ul", { class: "weak" }, ...[plan.approval, ...plan.weaknesses].filter(Boolean).map((w) => h("li", {}, w))),
      ...plan.tasks.map((task) => this.task(task)),
      h("div", { class: "acts" },
        button(t("r.keep"), () => void this.keep(), { class: "main", "data-act": "keep", disabled: this.state.edited === null || !this.state.mayAct }),
        button(t("r.undo"), () => this.state.choosePlan(this.state.shown), { disabled: this.state.edited === null })),
      this.curve(plan) ?? "", this.files());
    if (focused) root.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus();
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
        h("b", {}, task.name), ` ${task.searcher}`, h("span", { class: "figure" }, `${t("r.pos")} ${percent(task.pos)}`)),
      h("p", {}, `${t(`r.pattern.${task.pattern}`)}, ${time(task.begin)}–${time(task.end)}, ${knots(task.speed)}, ${t("r.spacing")} ${miles(task.spacing, 2)}`),
      h("p", {}, `${miles(a.length)} × ${miles(a.width)}, ${t("r.axis")} ${String(Math.round(a.axis) % 180).padStart(3, "0")}°, POC ${percent(task.poc)}, POD ${percent(task.pod)}, C ${task.coverage.toFixed(2)}`),
      chosen ? h("p", {}, `${t("r.csp")} ${task.waypoints[0] ? `${latitude(task.waypoints[0].lat)} ${longitude(task.waypoints[0].lon)}` : "–"}`) : null,
      ...task.notes.map((note) => h("p", { class: "hint" }, note)));
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
    const { open, shown, shapes } = this.state;
    if (!open) return;
    try {
      const told = await post<{ plan: number }>(`cases/${open.id}/keep`, { plan: shown, areas: shapes, title: t("r.byHand", { n: shown }) });
      this.kept(told.plan);
    } catch (e) {
      this.said(e instanceof Refused ? e.words : String(e));
    }
  }

  private files(): HTMLElement {
    const choice = h("select", { "aria-label": t("r.format"), "data-key": "format" },
      ...Object.entries(this.state.lists.formats).map(([name, what]) => h("option", { value: name, selected: name === this.format }, `${name}: ${what}`)));
    choice.addEventListener("change", () => (this.format = choice.value));
    const quick = ["pdf", "gpx", "rtz", "action"].filter((f) => f in this.state.lists.formats);
    return h("section", {}, h("h3", {}, t("r.files")),
      h("details", {}, h("summary", {}, t("r.facts")), h("div", { class: "grid" },
        ...FACTS.map((key) => field({ key, wide: key === "situation" || key === "casualty" }, this.facts, `facts.${key}`, t(`r.fact.${key}`), () => undefined)))),
      h("div", { class: "acts" }, ...quick.map((f) => button(f.toUpperCase(), () => void this.download(f), { "data-act": `export-${f}` }))),
      h("div", { class: "acts" }, choice, button(t("r.download"), () => void this.download(this.format), { "data-act": "export" })));
  }

  private async download(format: string): Promise<void> {
    const facts = Object.fromEntries(Object.entries(this.facts).filter(([, v]) => String(v).trim()));
    try {
      const answer = await posted(`cases/${this.state.open?.id}/export`, { plan: this.state.shown, format, language: language(), facts });
      const named = /filename\*=UTF-8''(.+)$/.exec(answer.headers.get("Content-Disposition") ?? "");
      const link = h("a", { href: URL.createObjectURL(await answer.blob()), download: decodeURIComponent(named?.[1] ?? `plan.${format}`) });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      this.said(t("r.downloaded", { file: link.download }));
    } catch (e) {
      this.said(e instanceof Refused ? e.words : String(e));
    }
  }
}
