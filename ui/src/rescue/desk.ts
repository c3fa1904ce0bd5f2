// The desk: opens cases, begins work and follows it, and shows the sheet of the step that is at hand.

import { h, must, setText } from "../dom";
import { t } from "../i18n";
import { cancel, type Case, type CaseForm, cloud, follow, get, type Job, type Lists, post, Refused, type Times } from "./api";
import { Bar } from "./bar";
import { BoatSheet } from "./boats";
import { AreaCard } from "./card";
import { CaseSheet, emptyForm } from "./caseform";
import { DriftSheet } from "./drift";
import { Editor } from "./edit";
import { formOfAlert } from "./fromalert";
import { button } from "./fields";
import { LogSheet } from "./log";
import { RescueMap } from "./map";
import { Painter } from "./paint";
import { PlanSheet } from "./plans";
import { SearchSheet } from "./searches";
import { State } from "./state";
import { Timeline } from "./timeline";

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
  private readonly sheets: { case: CaseSheet; drift: DriftSheet; boats: BoatSheet; plan: PlanSheet; search: SearchSheet; log: LogSheet };
  private list: Listed[] = [];
  private loading = 0;
  private begun = false;

  constructor() {
    const said = (text: string) => this.say(text);
    this.map = new RescueMap(this.state, said);
    this.painter = new Painter(must("overlay") as HTMLCanvasElement, this.map.map, this.state);
    const area = must("map-area");
    area.tabIndex = 0;
    this.editor = new Editor(area, this.map.map, this.painter, this.state, said);
    this.card = new AreaCard(must("area-card"), this.state, this.editor);
    this.time = new Timeline(must("timeline"), this.state);
    this.bar = new Bar(must("topbar"), must("notice"), this.state, () => this.recolour(), () => this.words());
    this.sheets = {
      case: new CaseSheet(this.state, (id) => void this.made(id), said),
      drift: new DriftSheet(this.state, () => void this.drift(), () => this.go("boats")),
      boats: new BoatSheet(this.state, () => void this.plan(), said),
      plan: new PlanSheet(this.state, (n) => void this.reload(n), said, () => this.go("boats")),
      search: new SearchSheet(this.state, () => void this.searched(), said, () => this.go("boats")),
      log: new LogSheet(this.state, () => void this.reload().then(() => this.go("log")), said),
    };
    document.addEventListener("keydown", (e) => this.key(e));
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
      await this.refreshList();
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
    Object.assign(this.state, { open: null, start: [], timesMs: [], rows: [], cloud: null, whole: false, shown: 0, shapes: {},
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
    const { drift, plans, form } = this.state.open;
    this.sheets.case.use(form, false);
    const last = plans.at(-1);
    if (last) this.sheets.boats.use(last.form);
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

  private async drift(): Promise<void> {
    const open = this.state.open;
    if (!open) return;
    this.state.rows = [];
    this.state.choosePlan(0);
    let known = 0, asking = false;
    await this.work(`cases/${open.id}/drift`, this.sheets.drift.row, "r.drifting", (job) => {
      if (job.known <= known || asking) return;
      known = job.known;
      asking = true;
      void this.load(open.backward ? 0 : this.state.rows.length).catch(() => undefined).finally(() => (asking = false));
    }, async () => {
      this.state.rows = [];
      await this.load();
      await this.reload(0);
      this.map.fit();
      this.go("drift");
    }, (e) => this.sheets.drift.mark(e.fields));
  }

  private async plan(): Promise<void> {
    const open = this.state.open;
    if (!open?.drift) {
      this.say(t("r.driftFirst"));
      return;
    }
    this.sheets.boats.mark([]);
    await this.work(`cases/${open.id}/plan`, this.sheets.boats.form, "r.planning", () => undefined, async (job) => {
      await this.reload(job.result.plan ?? 0);
      const plan = this.state.plan;
      if (plan) this.state.instant = plan.begin / 1e6;
      this.state.tell("instant");
      this.map.fit();
      this.go("plan");
    }, (e) => this.sheets.boats.mark(e.fields));
  }

  /** Begins long work and follows it; errors of fields go where the fields are. */
  private async work(path: string, body: object, words: string, told: (job: Job) => void, done: (job: Job) => Promise<void>, wrong: (e: Refused) => void): Promise<void> {
    try {
      const job = await post<Job>(path, body);
      const end = await follow(job, (now) => {
        if (now.state !== "waiting" && now.state !== "running") return;
        this.state.busy = { text: t(words), share: now.of ? now.done / now.of : 0, job: now.id };
        this.busy();
        told(now);
      });
      this.state.busy = null;
      this.busy();
      this.say(t("r.took", { s: end.seconds.toFixed(1) }));
      await done(end);
    } catch (e) {
      if (e instanceof Refused) wrong(e);
      this.fail(e);
      if (this.state.open) await this.load().catch(() => undefined);
    } finally {
      this.state.busy = null;
      this.busy();
    }
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

  private busy(): void {
    const said = must("said"), busy = this.state.busy;
    if (!busy) {
      if (said.querySelector("progress")) said.replaceChildren();
      return;
    }
    said.replaceChildren(h("span", {}, busy.text), h("progress", { max: 1, value: busy.share }),
      button(t("r.cancel"), () => void cancel(busy.job).catch((e: unknown) => this.fail(e)), { "data-act": "cancel" }));
  }

  private say(text: string): void {
    if (!this.state.busy) setText(must("said"), text);
  }

  private fail(e: unknown): void {
    this.state.busy = null;
    setText(must("said"), e instanceof Refused ? e.words : String(e));
  }

  private recolour(): void {
    this.map.recolour();
    this.painter.recolour();
  }

  private words(): void {
    this.bar.language();
    this.time.language();
    this.card.language();
    setText(must("attribution"), t("attribution"));
    must("key").replaceChildren(...["50", "90", "95"].map((level) => h("span", { class: `level l${level}` }, `${level} %`)), h("span", { class: "dot" }, t("r.particle")));
    this.go(this.step);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (target.matches("input, select, textarea, summary")) return;
    const onMap = target.closest("#map-area") !== null || target === document.body;
    if (event.key === " " && target.matches("button")) return;
    const step = /^[0-6]$/.test(event.key) ? STEPS[Number(event.key)] : undefined;
    if (step && this.allowed(step)) this.go(step);
    else if (event.key === " ") this.time.toggle();
    else if (event.key === "," || event.key === ".") this.time.step(event.key === "." ? 1 : -1);
    else if (event.key === "d") this.bar.nextPalette();
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
