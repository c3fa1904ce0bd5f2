// Wind and current on the map: asked of the server for the part and the time that are shown, one question at a time.

import type { Map as MapLibre } from "maplibre-gl";
import { h } from "../dom";
import { t } from "../i18n";
import { KNOT } from "../units";
import { type Arrows, type Flow, FLOWS, post, Refused } from "./api";
import { button } from "./fields";
import type { State } from "./state";

const APART = 84; // px between two arrows
export const LENGTH = 42; // px of an arrow of the full speed
export const FULL: Record<Flow, number> = { wind: 20 * KNOT, current: 1.5 * KNOT };
const WAIT = 120; // ms after the last change

export class ArrowLayer {
  private asking = false;
  private again = false;
  private timer = 0;
  private asked = "";

  constructor(private readonly map: MapLibre, private readonly state: State, private readonly key: HTMLElement) {
    map.on("moveend", () => this.soon());
    map.on("load", () => this.soon());
    state.on(["start", "times", "instant", "case"], () => this.soon());
    state.on(["arrows"], () => this.legend());
  }

  toggle(kind: Flow): void {
    this.state.shownFlows[kind] = !this.state.shownFlows[kind];
    this.state.tell("arrows");
    this.soon();
  }

  private soon(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), WAIT);
  }

  /** The time that the arrows hold for: that of the map, or the first of the form. */
  private time(): number {
    if (this.state.timesMs.length > 0) return this.state.instant;
    const at = Date.parse(String(this.state.form?.scenarios[0]?.at ?? ""));
    return Number.isFinite(at) ? at : Date.now();
  }

  private async ask(): Promise<void> {
    const form = this.state.form ?? this.state.open?.form;
    if (!form || !(this.state.shownFlows.wind || this.state.shownFlows.current)) {
      this.clear();
      return;
    }
    if (this.asking) {
      this.again = true;
      return;
    }
    const canvas = this.map.getCanvas();
    const box = this.map.getBounds();
    const columns = Math.max(2, Math.min(30, Math.round(canvas.clientWidth / APART)));
    const rows = Math.max(2, Math.min(30, Math.round(canvas.clientHeight / APART)));
    // an arrow stands for five minutes: a sliding time does not ask for each of its steps
    const body = { form: { wind: form.wind ?? "", current: form.current ?? "", high_waters: form.high_waters ?? "", springs: form.springs ?? "" },
      time_ms: Math.round(this.time() / 300_000) * 300_000,
      box: [box.getWest(), Math.max(-89, box.getSouth()), box.getEast(), Math.min(89, box.getNorth())], columns, rows };
    const asked = JSON.stringify(body);
    if (asked === this.asked) return;
    this.asking = true;
    try {
      this.state.arrows = await post<Record<Flow, Arrows>>("arrows", body);
      this.asked = asked;
      this.state.tell("arrows");
    } catch (e) {
      if (!(e instanceof Refused)) throw e; // no form yet that could be read: its fields say why
      this.clear();
    } finally {
      this.asking = false;
      if (this.again) {
        this.again = false;
        this.soon();
      }
    }
  }

  private clear(): void {
    this.asked = "";
    this.state.arrows = { wind: { points: [] }, current: { points: [] } };
    this.state.tell("arrows");
  }

  /** The switches, each with the length that stands for a speed; an error where there is nothing to draw. */
  legend(): void {
    const form = this.state.form ?? this.state.open?.form;
    this.key.hidden = !form;
    this.key.replaceChildren(...FLOWS.map((kind) => {
      const told = this.state.arrows[kind], on = this.state.shownFlows[kind];
      const size = `${Math.round(FULL[kind] / KNOT * 10) / 10} kn`;
      const one = button("", () => this.toggle(kind), { class: `flow ${kind}`, "aria-pressed": String(on), "data-act": `flow-${kind}`,
        title: told.error ?? t("r.flowHint", { key: kind === "wind" ? "w" : "c" }) });
      one.append(h("i", { "aria-hidden": "true" }), ` ${t(`r.flow.${kind}`)} ${size}`, ...(on && told.error ? [h("b", {}, ` ${t("r.flowNone")}`)] : []));
      return one;
    }));
  }
}
