// Searches that were carried out in vain: all of a plan, a part of it, or the boats' own tracks; and what they were worth.

import { h } from "../dom";
import { utc } from "../format";
import { t } from "../i18n";
import { type FieldError, post, Refused, type Row } from "./api";
import { curve } from "./curve";
import { button, field, showErrors } from "./fields";
import { percent } from "./plans";
import type { State } from "./state";

export class SearchSheet {
  private readonly row: Row = {};
  private tracks: Record<string, string | { mmsi: number }> = {};
  private root: HTMLElement | null = null;

  constructor(private readonly state: State, private readonly done: () => void, private readonly said: (text: string) => void, private readonly replan: () => void) {
    state.on(["plan", "case"], () => {
      if (this.root?.isConnected && this.root.dataset.step === "search") this.draw(this.root);
    });
  }

  draw(root: HTMLElement): void {
    this.root = root;
    const record = this.state.record();
    const open = this.state.open;
    if (!open) return;
    const past = open.searches;
    const points: [number, number][] = [[0, 0], ...past.map((s, k) => [k + 1, s.cumulative] as [number, number])];
    const marks = past.map((s, k) => ({ x: k + 1, y: s.cumulative, words: percent(s.cumulative) }));
    if (record && !record.searches.some((n) => n === past.at(-1)?.n) === (past.length === 0)) {
      points.push([past.length + 1, 1 - (1 - open.cumulative) * (1 - record.plan.pos)]);
    }
    root.replaceChildren(
      record ? this.form() : h("p", { class: "empty" }, t("r.noPlan")),
      h("section", {}, h("h3", {}, t("r.cumulative")),
        points.length > 1 ? (curve(points, marks, t("r.cumulative"), "") as unknown as HTMLElement) : null,
        h("p", { "data-cumulative": open.cumulative.toFixed(6) }, t("r.cumulativeNow", { pos: percent(open.cumulative), n: past.length })),
        h("ol", {}, ...past.map((s) => h("li", {}, t("r.searched", {
          plan: s.plan, until: `${utc(s.until_ms, false)}Z`, pos: percent(s.pos), who: s.who,
        }) + (s.tracks.length > 0 ? ` (${t("r.asSailed")}: ${s.tracks.join(", ")})` : ""))))),
      past.length > 0 ? button(t("r.replan"), this.replan, { class: "main", "data-act": "replan" }) : "");
  }

  private form(): HTMLElement {
    const record = this.state.record();
    const names = [...new Set(record?.plan.tasks.map((task) => task.searcher) ?? [])];
    return h("section", {}, h("h3", {}, t("r.recordSearch", { plan: record?.title || t("r.plan", { n: record?.n ?? 0 }) })),
      h("p", { class: "hint" }, t("r.searchHint")),
      h("div", { class: "grid" },
        field({ key: "until", kind: "time", example: "2026-11-27T22:10Z", wide: true }, this.row, "until", t("r.until"), () => undefined)),
      ...names.map((name) => this.track(name)), h("p", { class: "error", "data-general": "", hidden: true }),
      h("div", { class: "acts" }, button(t("r.inVain"), () => void this.send(), { class: "main", "data-act": "search", disabled: !this.state.mayAct })));
  }

  /** How a boat really sailed: as planned, by a file, or by her AIS track in the sea. */
  private track(name: string): HTMLElement {
    const task = this.state.plan?.tasks.find((x) => x.searcher === name);
    const file = h("input", { type: "file", accept: ".gpx,.csv", "aria-label": t("r.trackOf", { name }) });
    const told = h("span", { class: "hint" }, this.tracks[name] ? t("r.trackTaken") : t("r.asPlanned"));
    file.addEventListener("change", () => void file.files?.[0]?.text().then((text) => {
      this.tracks[name] = text;
      told.textContent = t("r.trackTaken");
    }));
    const ais = task && task.mmsi > 0 ? button("AIS", () => {
      this.tracks[name] = { mmsi: task.mmsi };
      told.textContent = `AIS ${task.mmsi}`;
    }, { title: t("r.aisTrack") }) : null;
    return h("div", { class: "field track wide", "data-path": `tracks.${name}` }, h("label", {}, t("r.trackOf", { name })),
      h("span", { class: "typed" }, file, ais), told, h("p", { class: "error", hidden: true }));
  }

  private async send(): Promise<void> {
    const open = this.state.open;
    if (!open || !this.root) return;
    try {
      const told = await post<{ pos: number }>(`cases/${open.id}/search`, { plan: this.state.shown, until: this.row.until ?? "", tracks: this.tracks, seen: open.searches.at(-1)?.n ?? 0 });
      this.tracks = {};
      delete this.row.until;
      this.said(t("r.searchKept", { pos: percent(told.pos) }));
      this.done();
    } catch (e) {
      const errors: FieldError[] = e instanceof Refused ? e.fields : [];
      showErrors(this.root, errors);
      this.said(e instanceof Refused ? e.words : String(e));
    }
  }
}
