// The card of the chosen area on the map: its figures as numbers to type, and what a change is worth.

import { h } from "../dom";
import { utc } from "../format";
import { t } from "../i18n";
import { NAUTICAL_MILE } from "../units";
import type { Shape } from "./api";
import type { Editor } from "./edit";
import { button } from "./fields";
import { miles, percent } from "./plans";
import { shapeOf, taskOf } from "./shape";
import type { State } from "./state";

type Part = Exclude<keyof Shape, "pattern">;
const PARTS: { key: Part; word: string; scale: number; decimals: number }[] = [
  { key: "lat", word: "r.lat", scale: 1, decimals: 4 }, { key: "lon", word: "r.lon", scale: 1, decimals: 4 },
  { key: "length", word: "r.length", scale: NAUTICAL_MILE, decimals: 2 }, { key: "width", word: "r.width", scale: NAUTICAL_MILE, decimals: 2 },
  { key: "axis", word: "r.axis", scale: 1, decimals: 0 },
];

export class AreaCard {
  private readonly inputs = new Map<Part, HTMLInputElement>();
  private drawn = "";

  constructor(private readonly root: HTMLElement, private readonly state: State, private readonly editor: Editor) {
    state.on(["plan", "case"], () => this.draw());
  }

  private draw(): void {
    const task = taskOf(this.state.plan, this.state.chosen), record = this.state.record();
    this.root.hidden = !task || !record;
    if (!task || !record) return;
    const shape = this.state.shapes[task.name] ?? shapeOf(task.area);
    const line = this.state.line(task.name);
    const key = `${record.n} ${task.name} ${line ? "line" : "area"}`;
    if (this.drawn !== key) this.build(task.name, line !== null);
    this.drawn = key;
    for (const part of PARTS) {
      const input = this.inputs.get(part.key);
      const value = part.key === "axis" ? shape.axis % 180 : shape[part.key];
      if (input && document.activeElement !== input) input.value = (value / part.scale).toFixed(part.decimals);
    }
    const before = record.plan.tasks.find((x) => x.name === task.name);
    const whole = this.state.plan ?? record.plan;
    const change = whole.pos - record.plan.pos;
    this.root.querySelector(".figures")?.replaceChildren(
      h("span", {}, `${task.name}: ${t("r.pos")} ${percent(task.pos)}`, before && this.state.edited ? ` (${percent(before.pos)})` : ""),
      h("span", {}, `${t(`r.pattern.${task.pattern}`)}, ${t("r.spacing")} ${miles(task.spacing, 2)}`),
      h("span", {}, `${utc(task.begin / 1e6, false)}Z – ${utc(task.end / 1e6, false)}Z, ${t("r.legs", { n: task.waypoints.length - 1, miles: miles(task.waypoints.reduce((sum, w) => sum + w.length, 0)) })}`),
      h("strong", { "data-pos": whole.pos.toFixed(6) }, `${t("r.posTotal")} ${percent(whole.pos)}`,
        this.state.edited ? ` ${change < 0 ? "−" : "+"}${percent(Math.abs(change))}` : ""),
      this.state.overlaps.length > 0 ? h("em", { class: "less" }, t("r.overlap", { areas: this.state.overlaps.map((p) => p.join("/")).join(", ") })) : "");
  }

  private build(name: string, line: boolean): void {
    this.inputs.clear();
    const fields = (line ? [] : PARTS).map((part) => {
      const input = h("input", { type: "text", inputmode: "decimal", disabled: !this.state.mayAct, "aria-label": t(part.word) });
      input.addEventListener("change", () => {
        const task = taskOf(this.state.plan, name), value = Number(input.value);
        if (!task || !Number.isFinite(value)) return;
        const shape = this.state.shapes[name] ?? shapeOf(task.area);
        this.editor.set(task, { ...shape, [part.key]: value * part.scale });
      });
      this.inputs.set(part.key, input);
      return h("label", {}, t(part.word), input);
    });
    this.root.replaceChildren(
      h("div", { class: "card-head" }, h("b", {}, name), h("span", { class: "hint" }, t(line ? "r.lineHint" : "r.cardHint")),
        button("×", () => {
          this.state.chosen = "";
          this.state.tell("plan");
        }, { "aria-label": t("r.close") })),
      h("div", { class: "parts" }, ...fields), h("div", { class: "figures", role: "status" }));
  }

  language(): void {
    this.drawn = "";
    this.draw();
  }
}
