// The form of a case: what happened, what is adrift, wind and current as an officer types them.

import { h } from "../dom";
import { t } from "../i18n";
import { utc } from "../format";
import { type CaseForm, type FieldError, post, Refused, type Rival, type Row, type Source } from "./api";
import { button, field, focusFirstError, nowText, sentence, showErrors, type Spec } from "./fields";
import { Sources } from "./sources";
import type { State } from "./state";

const KINDS = ["position", "mmsi", "route", "area", "bearing", "found"];
const TIME = "2026-11-27T18:40Z";
const PLACE = "02-27.0N 101-48.0E";
const PLACES = "02-27.0N 101-48.0E; 02-10.0N 102-05.0E";

/** Fields of each kind of scenario, in their order. */
const FIELDS: Record<string, Spec[]> = {
  position: [
    { key: "place", example: PLACE, wide: true }, { key: "at", kind: "time", example: TIME },
    { key: "span", example: "20 min" }, { key: "error", example: "0.5 nm" },
  ],
  mmsi: [
    { key: "mmsi", example: "533000001", numeric: true }, { key: "error", example: "0.1 nm" },
    { key: "at", kind: "time", example: TIME }, { key: "to", kind: "time", example: TIME },
  ],
  route: [
    { key: "place", kind: "lines", example: PLACES, wide: true }, { key: "at", kind: "time", example: TIME },
    { key: "to", kind: "time", example: TIME }, { key: "error", example: "2 nm" },
  ],
  area: [
    { key: "place", kind: "lines", example: `${PLACES}; 02-05.0N 101-50.0E`, wide: true }, { key: "at", kind: "time", example: TIME },
    { key: "span", example: "2 h" },
  ],
  bearing: [
    { key: "place", example: PLACE, wide: true }, { key: "at", kind: "time", example: TIME }, { key: "span", example: "0 min" },
    { key: "bearing", example: "245", numeric: true }, { key: "spread", example: "2", numeric: true },
    { key: "near", example: "2 nm" }, { key: "far", example: "9 nm" },
  ],
  found: [
    { key: "place", example: PLACE, wide: true }, { key: "at", kind: "time", example: TIME },
    { key: "span", example: "0 min" }, { key: "error", example: "0.1 nm" },
  ],
};
const WORDS: Record<string, string> = { "route.at": "r.departure", "route.to": "r.arrival", "mmsi.at": "r.notBefore", "mmsi.to": "r.notAfter",
  "route.place": "r.places", "area.place": "r.ring", "bearing.place": "r.seenFrom", "found.place": "r.foundAt" };

export function emptyForm(): CaseForm {
  return {
    name: "", note: "", particles: "10000", objects: [{ what: "PIW-1", weight: "1" }],
    scenarios: [{ kind: "position", at: nowText(), error: "0.5 nm", span: "20 min", weight: "1" }], wind: "", current: "",
  };
}

export class CaseSheet {
  form: CaseForm = emptyForm();
  isNew = true;
  private root: HTMLElement | null = null;
  private timer = 0;
  private asked = 0;
  private readonly touched = new Set<string>();
  private readonly sources: Sources;
  /** Number of the form that this one was begun from. */
  private seen = 0;
  /** Who kept another form meanwhile. */
  private rival: Rival | null = null;

  constructor(
    private readonly state: State, private readonly done: (id: string) => void, private readonly said: (text: string) => void,
    private readonly theirs: () => void,
  ) {
    this.sources = new Sources(state, said, (kind) => {
      this.touched.add(kind);
      this.look();
    });
  }

  /** Whether something was typed that is not kept yet. */
  get dirty(): boolean {
    return this.touched.size > 0;
  }

  /** Takes the files of wind and current that there are. */
  refresh(): Promise<void> {
    return this.sources.refresh();
  }

  /** Fills the form: a new case, or one that is there. */
  use(form: CaseForm, isNew: boolean, seen = 0): void {
    this.form = structuredClone(form);
    this.state.form = this.form;
    this.isNew = isNew;
    this.seen = seen;
    this.rival = null;
    this.touched.clear();
    if (this.root?.isConnected && this.root.dataset.step === "case") this.draw(this.root);
    this.look();
  }

  /** Somebody else kept another form while this one was being changed. */
  conflict(rival: Rival): void {
    this.rival = rival;
    if (this.root?.isConnected && this.root.dataset.step === "case") this.redraw();
  }

  private bar(): HTMLElement | null {
    const rival = this.rival;
    if (!rival) return null;
    return h("div", { class: "conflict", role: "alert" }, h("p", {}, t("r.conflict", { who: rival.who, time: `${utc(rival.time_ms, false)}Z` })),
      h("div", { class: "acts" }, button(t("r.takeTheirs"), () => this.theirs(), { "data-act": "theirs" }),
        button(t("r.keepMine"), () => {
          this.seen = rival.n;
          this.rival = null;
          void this.send();
        }, { "data-act": "mine" })));
  }

  draw(root: HTMLElement): void {
    this.root = root;
    const changed = (path: string) => () => {
      this.touched.add(path);
      this.look();
    };
    const top = this.form as unknown as Row;
    const one = (spec: Spec, word: string) => field(spec, top, spec.key, t(word), changed(spec.key));
    const objects = h("datalist", { id: "objects" }, ...this.state.lists.objects.flatMap((o) =>
      [h("option", { value: o.key }, [o.description, ...o.names].join(", "))]));
    root.replaceChildren(this.bar() ?? "", objects,
      h("fieldset", { class: "grid" }, one({ key: "name", wide: true, example: "Port Dickson" }, "r.name")),
      h("fieldset", {}, h("legend", {}, t("r.objects")), ...this.objects(changed),
        button(t("r.addObject"), () => this.add("objects", { what: "", weight: "1" }), { class: "quiet" })),
      ...this.form.scenarios.map((row, k) => this.scenario(row, k, changed)),
      button(t("r.addScenario"), () => this.add("scenarios", { kind: "position", at: nowText(), weight: "1", error: "1 nm" }), { class: "quiet" }),
      h("p", { class: "error", "data-general": "", hidden: true }),
      this.sources.draw(top),
      h("details", {}, h("summary", {}, t("r.more")), h("fieldset", { class: "grid" },
        one({ key: "particles", example: "10000", numeric: true }, "r.particles"), one({ key: "memory", example: "11.6 h" }, "r.memory"),
        one({ key: "high_waters", example: TIME, wide: true }, "r.highWaters"), one({ key: "springs", example: "0.5", numeric: true }, "r.springs"),
        one({ key: "capsizing", kind: "check" }, "r.capsizing"), one({ key: "note", kind: "lines", wide: true }, "r.note"))),
      h("div", { class: "acts" },
        button(t(this.isNew ? "r.makeCase" : "r.changeCase"), () => void this.send(), { class: "main", "data-act": "send", disabled: !this.state.mayAct })));
  }

  private objects(changed: (path: string) => () => void): HTMLElement[] {
    return this.form.objects.map((row, k) => {
      const known = this.state.lists.objects.find((o) => o.key === row.what);
      return h("div", { class: "row" },
        field({ key: "what", list: "objects", example: "PIW-1" }, row, `objects.${k}.what`, t("r.what"), changed(`objects.${k}.what`)),
        field({ key: "weight", numeric: true, example: "1" }, row, `objects.${k}.weight`, t("r.weight"), changed(`objects.${k}.weight`)),
        this.form.objects.length > 1 ? button("×", () => this.remove("objects", k), { class: "remove", "aria-label": t("r.remove") }) : null,
        known ? h("p", { class: "hint wide" }, `${known.description}. ${t("r.source")}: ${known.source}${known.note ? `; ${known.note}` : ""}`) : null);
    });
  }

  private scenario(row: Row, k: number, changed: (path: string) => () => void): HTMLElement {
    const path = `scenarios.${k}`;
    const kind = String(row.kind);
    const choices = (): [string, string][] => KINDS.map((name) => [name, t(`r.kind.${name}`)]);
    const choice = field({ key: "kind", kind: "choice", choices, wide: true }, row, `${path}.kind`, t("r.scenario", { n: k + 1 }), () => this.redraw());
    const rest = (FIELDS[kind] ?? []).map((spec) =>
      field(spec, row, `${path}.${spec.key}`, t(WORDS[`${kind}.${spec.key}`] ?? `r.${spec.key}`), changed(`${path}.${spec.key}`)));
    const several = this.form.scenarios.length > 1;
    return h("fieldset", { class: "grid scenario", "data-path": path }, choice, ...rest,
      several ? field({ key: "weight", numeric: true, example: "1" }, row, `${path}.weight`, t("r.weight"), changed(`${path}.weight`)) : null,
      several ? button(t("r.remove"), () => this.remove("scenarios", k), { class: "quiet" }) : null,
      h("p", { class: "error wide", hidden: true }));
  }

  private add(what: "objects" | "scenarios", row: Row): void {
    this.form[what].push(row);
    this.redraw();
    this.root?.querySelector<HTMLElement>(`[name="${what}.${this.form[what].length - 1}.${what === "objects" ? "what" : "kind"}"]`)?.focus();
  }

  private remove(what: "objects" | "scenarios", k: number): void {
    this.form[what].splice(k, 1);
    this.redraw();
  }

  private redraw(): void {
    const focused = document.activeElement?.getAttribute("name");
    if (this.root?.isConnected) this.draw(this.root);
    if (focused) this.root?.querySelector<HTMLElement>(`[name="${focused}"]`)?.focus();
    this.look();
  }

  /** Asks a moment after the last key what is wrong; only fields that were typed in are marked. */
  private look(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), 350);
  }

  private async ask(): Promise<void> {
    const turn = ++this.asked;
    try {
      const told = await post<{ errors: FieldError[]; start: [number, number][]; sources: Source[] }>("check", { form: this.form });
      if (turn !== this.asked) return;
      this.mark(told.errors, false);
      this.state.sources = told.sources;
      this.sources.tell();
      // once a case has drifted its beginnings are those of the drift, until something is changed
      this.state.start = this.state.rows.length > 0 && !this.dirty ? [] : told.start;
      this.state.tell("start");
    } catch (e) {
      this.said(e instanceof Refused ? e.words : String(e));
    }
  }

  private mark(errors: FieldError[], all: boolean): void {
    if (!this.root) return;
    const left = showErrors(this.root, errors, (path) => all || this.touched.has(path));
    const general = this.root.querySelector<HTMLElement>("[data-general]");
    const words = left.filter((e) => all || e.field === "scenarios").map(sentence).join(" ");
    if (general) {
      general.hidden = words === "";
      general.textContent = words;
    }
  }

  private async send(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const made = await post<{ id: string }>("cases", { form: this.form, new: this.isNew, seen: this.seen });
      this.isNew = false;
      this.touched.clear();
      this.done(made.id);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      if (e.rival) {
        this.conflict(e.rival);
        return;
      }
      this.mark(e.fields, true);
      if (this.root) focusFirstError(this.root);
      this.said(e.fields.length > 0 ? t("r.fieldsWrong", { n: e.fields.length }) : e.words);
    }
  }
}
