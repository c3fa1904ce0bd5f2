// The desk: opens cases, begins work and follows it, and shows the sheet of the step that is at hand.

import { h, must, setText } from "../dom";
import { t } from "../i18n";
import { recall } from "../settings";
import { type Case, type CaseForm, cloud, get, type Lists, Refused, type Times } from "./api";
import { ArrowLayer } from "./arrows";
import { Bar } from "./bar";
import { BoatSheet } from "./boats";
import { AreaCard } from "./card";
import { CaseSheet, emptyForm } from "./caseform";
import { Drawing } from "./drawing";
import { DriftSheet } from "./drift";
import { Editor } from "./edit";
import { formOfAlert } from "./fromalert";
import { button } from "./fields";
import { LogSheet, noteWords } from "./log";
import { RescueMap } from "./map";
import { Newsroom } from "./news";
import { Painter } from "./paint";
import { PlanSheet } from "./plans";
import { SearchSheet } from "./searches";
import { State } from "./state";
import { Timeline } from "./timeline";
import { type Kind, Work } from "./work";

const STEPS = ["cases", "case", "drift", "boats", "plan", "search", "log"] as const;
type Step = (typeof STEPS)[number];

interface Listed { id: string; name: string; changed_ms: number; who: string }

export class Desk {
  readonly state = new State();
  private step: Step = "cases";
  private readonly sheet = must("sheet");
  private readonly steps = must("steps");
  private readonly map: RescueMap;
  private readonly painter: Painter;
  private readonly editor: Editor;
  private readonly time: Timeline;
  private readonly bar: Bar;
  private readonly card: AreaCard;
  private readonly arrows: ArrowLayer;
  private readonly drawing: Drawing;
  private readonly work: Work;
  private readonly sheets: { case: CaseSheet; drift: DriftSheet; boats: BoatSheet; plan: PlanSheet; search: SearchSheet; log: LogSheet };
  private list: Listed[] = [];
  private loading = 0;
  private begun = false;

  constructor() {
    const said = (text: string) => this.say(text);
    this.map = new RescueMap(this.state, said);
    this.work = new Work(must("said"), this.state, this.kinds(), (e) => this.fail(e), said);
    this.painter = new Painter(must("overlay") as HTMLCanvasElement, this.map.map, this.state);
    const area = must("map-area");
    area.tabIndex = 0;
    this.editor = new Editor(area, this.map.map, this.painter, this.state, said);
    this.drawing = new Drawing(area, this.map.map, this.state, said);
    this.arrows = new ArrowLayer(this.map.map, this.state, must("flows"));
    this.card = new AreaCard(must("area-card"), this.state, this.editor);
    this.time = new Timeline(must("timeline"), this.state);
    this.bar = new Bar(must("topbar"), must("notice"), this.state, () => this.recolour(), () => this.words());
    this.sheets = {
      case: new CaseSheet(this.state, (id) => void this.made(id), said, () => void this.theirs().catch((e: unknown) => this.fail(e))),
      drift: new DriftSheet(this.state, () => void this.drift(), () => this.go("boats")),
      boats: new BoatSheet(this.state, () => void this.plan(), said, this.drawing),
      plan: new PlanSheet(this.state, (n) => void this.reload(n), said, () => this.go("boats"), () => this.editor),
      search: new SearchSheet(this.state, () => void this.searched(), said, () => this.go("boats")),
      log: new LogSheet(this.state, () => void this.reload().then(() => this.go("log")), said),
    };
    document.addEventListener("keydown", (e) => this.key(e));
    new Newsroom(this.state, () => this.changed(), (jobs) => this.work.join(jobs), (yes) => this.heard(yes));
    window.rescue = { state: this.state, map: this.map.map, ready: () => this.map.loaded && this.begun, screen: (lon, lat) => this.screen(lon, lat) };
  }

  async start(): Promise<void> {
    this.words();
    try {
      const about = (await (await fetch("api/about")).json()) as { can_acknowledge: boolean; user?: { name: string; role: string } };
      this.state.mayAct = about.user ? about.user.role !== "observer" && about.user.role !== "machine" : about.can_acknowledge;
      this.state.account = about.user?.name ?? "";
      this.state.lists = await get<Lists>("lists");
      const asked = new URLSearchParams(location.search);
      await Promise.all([this.refreshList(), this.sheets.case.refresh()]);
      const alert = asked.get("alert"), wanted = asked.get("case");
      if (alert) this.begin(await formOfAlert(alert));
      else if (wanted) await this.open(wanted);
      else this.go("cases");
    } catch (e) {
      this.fail(e);
    }
    this.begun = true;
    this.words();
  }

  // --- cases
  private async refreshList(): Promise<void> {
    this.list = (await get<{ cases: Listed[] }>("cases")).cases;
  }

  private begin(form: CaseForm): void {
    this.clear();
    this.address("");
    this.sheets.case.use(form, true);
    this.go("case");
  }

  private clear(): void {
    Object.assign(this.state, { open: null, form: null, sources: [], draft: null, lines: {}, start: [], timesMs: [], rows: [], cloud: null, whole: false, shown: 0, shapes: {},
      edited: null, chosen: "", beside: 0, ships: [], playing: false });
    this.state.tell("case", "times", "plan", "start", "ships");
  }

  private address(id: string): void {
    const url = new URL(location.href);
    url.searchParams.delete("alert");
    if (id) url.searchParams.set("case", id);
    else url.searchParams.delete("case");
    history.replaceState(null, "", url);
  }

  private async open(id: string, step?: Step): Promise<void> {
    this.clear();
    this.state.open = await get<Case>(`cases/${encodeURIComponent(id)}`);
    this.address(this.state.open.id);
    const { drift, plans, form, form_n } = this.state.open;
    this.sheets.case.use(form, false, form_n);
    this.sheets.drift.use();
    const last = plans.at(-1);
    this.sheets.boats.use(last?.form ?? null);
    this.state.choosePlan(last?.n ?? 0);
    if (drift) await this.load();
    this.state.tell("case");
    this.map.fit();
    this.go(step ?? (last ? "plan" : drift ? "boats" : "drift"));
  }

  private async made(id: string): Promise<void> {
    this.say(t("r.caseKept"));
    await this.refreshList();
    await this.open(id, "drift").catch((e: unknown) => this.fail(e));
  }

  private async reload(plan = this.state.shown): Promise<void> {
    const id = this.state.open?.id;
    if (!id) return;
    this.state.open = await get<Case>(`cases/${id}`);
    this.state.choosePlan(plan);
    this.state.tell("case");
  }

  // --- work
  /** Takes what is new of the drift. */
  private async load(first = 0): Promise<void> {
    const id = this.state.open?.id;
    if (!id) return;
    const turn = ++this.loading;
    const [times, points] = await Promise.all([get<Times>(`cases/${id}/times?first=${first}`), cloud(id, 0)]);
    if (turn !== this.loading || this.state.open?.id !== id) return;
    this.state.timesMs = times.times_ms;
    this.state.rows = [...this.state.rows.slice(0, times.first), ...times.rows];
    this.state.cloud = points;
    this.state.whole = times.whole;
    this.state.start = [];
    this.state.tell("times");
  }

  private kinds(): Record<string, Kind> {
    let known = 0, job = "", asking = false;
    return {
      drift: {
        words: "r.drifting",
        told: (now) => {
          if (now.id !== job) [job, known] = [now.id, 0];
          if (now.known <= known || asking) return;
          if (known === 0) { // what grows is drawn from its beginning
            this.state.rows = [];
            this.state.choosePlan(0);
          }
          known = now.known;
          asking = true;
          void this.load(this.state.open?.backward ? 0 : this.state.rows.length).catch(() => undefined).finally(() => (asking = false));
        },
        done: async (_, mine) => {
          this.state.rows = [];
          await this.load();
          await this.reload(0);
          if (!mine) return;
          this.map.fit();
          this.go("drift");
        },
        wrong: (e) => this.sheets.drift.mark(e.fields),
      },
      plan: {
        words: "r.planning",
        told: () => undefined,
        done: async (end, mine) => {
          await this.reload(mine || this.state.shown === 0 ? end.result.plan ?? 0 : this.state.shown);
          if (!mine) return;
          const plan = this.state.plan;
          if (plan) this.state.instant = plan.begin / 1e6;
          this.state.tell("instant");
          this.map.fit();
          this.go("plan");
        },
        wrong: (e) => this.sheets.boats.mark(e.fields),
      },
    };
  }

  private async drift(): Promise<void> {
    const open = this.state.open;
    if (!open) return;
    this.sheets.drift.mark([]);
    await this.work.begin("drift", `cases/${open.id}/drift`, this.sheets.drift.row);
  }

  private async plan(): Promise<void> {
    const open = this.state.open;
    if (!open?.drift) {
      this.say(t("r.driftFirst"));
      return;
    }
    this.sheets.boats.mark([]);
    await this.work.begin("plan", `cases/${open.id}/plan`, this.sheets.boats.form);
  }

  // --- others at the same case
  /** Somebody changed the case: what is being typed here, chosen or pulled stays as it is. */
  private async changed(): Promise<void> {
    const before = this.state.open;
    if (!before || this.state.busy) return;
    const now = await get<Case>(`cases/${before.id}`);
    if (this.state.open !== before || this.state.busy) return;
    this.state.open = now;
    const news = now.log.slice(before.log.length).filter((e) => e.who !== (this.state.account || recall("who")));
    if (now.form_n !== before.form_n) {
      if (this.sheets.case.dirty) this.sheets.case.conflict({ who: news.at(-1)?.who ?? "?", time_ms: news.at(-1)?.time ?? now.now_ms, n: now.form_n });
      else this.sheets.case.use(now.form, false, now.form_n);
    }
    if (now.drift?.n !== before.drift?.n || now.searches.length !== before.searches.length) {
      await this.load();
      this.editor.refresh();
    }
    const last = now.plans.at(-1);
    if (this.state.shown === 0 && last && last.n !== before.plans.at(-1)?.n) this.state.choosePlan(last.n);
    this.state.tell("case", "plan");
    this.drawSteps();
    if (this.step === "log" || this.step === "drift" || this.step === "search") this.again();
    const told = news.at(-1);
    if (told) this.say(t("r.othersDid", { who: told.who, what: t(`r.log.${told.action}`), note: noteWords(told.note) }));
  }

  /** Draws the sheet anew and leaves the keys where they were. */
  private again(): void {
    const active = document.activeElement as HTMLInputElement | null;
    const mine = active && this.sheet.contains(active) ? active : null;
    const name = mine?.getAttribute("name"), act = mine?.dataset.act, at = mine?.selectionStart, top = this.sheet.scrollTop;
    this.go(this.step);
    this.sheet.scrollTop = top;
    const next = name || act ? this.sheet.querySelector<HTMLInputElement>(name ? `[name="${name}"]` : `[data-act="${act}"]`) : null;
    next?.focus();
    if (next && at !== null && at !== undefined && next.setSelectionRange) next.setSelectionRange(at, at);
  }

  private async theirs(): Promise<void> {
    const id = this.state.open?.id;
    if (!id) return;
    this.state.open = await get<Case>(`cases/${id}`);
    this.sheets.case.use(this.state.open.form, false, this.state.open.form_n);
    this.state.tell("case");
  }

  private heard(yes: boolean): void {
    this.say(t(yes ? "r.heardAgain" : "r.notHeard"));
    if (yes) void this.reload().then(() => this.again()).catch((e: unknown) => this.fail(e));
  }

  private async searched(): Promise<void> {
    this.state.rows = [];
    await this.load().catch((e: unknown) => this.fail(e));
    await this.reload();
    this.go("search");
  }

  // --- what is shown
  private go(step: Step): void {
    if (!this.allowed(step)) step = "cases";
    this.step = step;
    this.sheet.dataset.step = step;
    this.drawSteps();
    this.sheet.scrollTop = 0;
    if (step === "cases") this.drawCases();
    else this.sheets[step].draw(this.sheet);
  }

  private allowed(step: Step): boolean {
    if (step === "cases" || step === "case") return true;
    if (step === "boats" || step === "plan" || step === "search") return Boolean(this.state.open?.drift);
    return this.state.open !== null;
  }

  private drawSteps(): void {
    const focused = this.steps.contains(document.activeElement);
    this.steps.replaceChildren(...STEPS.map((name, k) => h("button", {
      type: "button", role: "tab", "aria-selected": String(name === this.step), disabled: !this.allowed(name), "data-step": name,
      title: `${t(`r.step.${name}`)} (${k})`, click: () => this.go(name),
    }, t(`r.step.${name}`))));
    if (focused) this.steps.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  }

  private drawCases(): void {
    const fresh = button(t("r.newCase"), () => this.begin(emptyForm()), { class: "main", "data-act": "new", disabled: !this.state.mayAct });
    const rows = this.list.map((c) => h("li", {}, h("button", { type: "button", class: "case", "data-case": c.id, click: () => void this.open(c.id).catch((e: unknown) => this.fail(e)) },
      h("b", {}, c.name), h("span", {}, `${new Date(c.changed_ms).toISOString().slice(0, 16).replace("T", " ")}Z · ${c.who}`))));
    this.sheet.replaceChildren(h("div", { class: "acts" }, fresh),
      rows.length > 0 ? h("ul", { class: "cases" }, ...rows) : h("p", { class: "empty" }, t("r.noCases")));
  }

  private say(text: string): void {
    if (!this.state.busy) setText(must("said"), text);
  }

  private fail(e: unknown): void {
    this.state.busy = null;
    const refused = e instanceof Refused ? e : null;
    setText(must("said"), refused?.fields.length ? t("r.fieldsWrong", { n: refused.fields.length }) : refused?.words ?? String(e));
  }

  private recolour(): void {
    this.map.recolour();
    this.painter.recolour();
  }

  private words(): void {
    this.bar.language();
    this.time.language();
    this.card.language();
    this.arrows.legend();
    setText(must("attribution"), t("attribution"));
    must("key").replaceChildren(...["50", "90", "95"].map((level) => h("span", { class: `level l${level}` }, `${level} %`)), h("span", { class: "dot" }, t("r.particle")));
    this.go(this.step);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (target.matches("input, select, textarea, summary")) return;
    const onMap = target.closest("#map-area") !== null || target === document.body;
    if (this.state.draft && onMap && this.drawing.key(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === " " && target.matches("button")) return;
    const step = /^[0-6]$/.test(event.key) ? STEPS[Number(event.key)] : undefined;
    if (step && this.allowed(step)) this.go(step);
    else if (event.key === " ") this.time.toggle();
    else if (event.key === "," || event.key === ".") this.time.step(event.key === "." ? 1 : -1);
    else if (event.key === "d") this.bar.nextPalette();
    else if (event.key === "w" || event.key === "c") this.arrows.toggle(event.key === "w" ? "wind" : "current");
    else if (event.key === "+" || event.key === "-") this.map.map.zoomTo(this.map.map.getZoom() + (event.key === "+" ? 0.5 : -0.5));
    else if (event.key === "Home") this.map.fit();
    else if (event.key === "n" && onMap) this.nextArea();
    else if (event.key === "Escape" && this.state.chosen) {
      this.state.chosen = "";
      this.state.tell("plan");
    } else if (!(onMap && this.editor.key(event)) && !(onMap && this.pan(event.key))) return;
    event.preventDefault();
  }

  private nextArea(): void {
    const tasks = this.state.plan?.tasks ?? [];
    const now = tasks.findIndex((task) => task.name === this.state.chosen);
    this.state.chosen = tasks[(now + 1) % Math.max(tasks.length, 1)]?.name ?? "";
    this.state.tell("plan");
  }

  private pan(key: string): boolean {
    const way: Record<string, [number, number]> = { ArrowUp: [0, -80], ArrowDown: [0, 80], ArrowLeft: [-80, 0], ArrowRight: [80, 0] };
    if (!way[key]) return false;
    this.map.map.panBy(way[key], { duration: 100 });
    return true;
  }

  private screen(lon: number, lat: number): { x: number; y: number } {
    const box = must("map-area").getBoundingClientRect();
    return { x: this.painter.view.xOf(lon) + box.left, y: this.painter.view.yOf(lat) + box.top };
  }
}

declare global {
  interface Window {
    rescue: { state: State; map: unknown; ready(): boolean; screen(lon: number, lat: number): { x: number; y: number } };
  }
}
