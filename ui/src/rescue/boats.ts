// Boats and aircraft at hand, and the conditions of the search; and ships near by that could help.

import { h } from "../dom";
import { degrees, knots, latitude, longitude, position, span } from "../format";
import { t } from "../i18n";
import { recall, remember } from "../settings";
import { NAUTICAL_MILE } from "../units";
import { type FieldError, get, Refused, type Row, type SearchForm, type Ship } from "./api";
import type { Drawing } from "./drawing";
import { button, field, focusFirstError, nowText, sentence, showErrors, type Spec } from "./fields";
import { LINES, lineText, proposed } from "./propose";
import type { State } from "./state";

const TIME = "2026-11-27T19:10Z";
const SEARCHERS: Record<string, string> = { boat: "boat", uav: "aircraft", aircraft: "aircraft", helicopter: "helicopter", ship: "ship" };

/** A boat or an aircraft of the sea's register; speed m/s, endurance s. */
interface Asset { name: string; kind: string; lat: number; lon: number; mmsi: number; speed: number; endurance: number }
const BOAT: Spec[] = [
  { key: "name", example: "Penyelamat 7" },
  { key: "platform", kind: "choice", choices: () => ["boat", "ship", "helicopter", "aircraft"].map((p) => [p, t(`r.platform.${p}`)]) },
  { key: "place", example: "02-31.2N 101-47.6E", wide: true }, { key: "speed", example: "12 kn" }, { key: "transit", example: "25 kn" },
  { key: "endurance", example: "6 h" }, { key: "ready", kind: "time", example: TIME }, { key: "width", example: "0.25 nm" },
  { key: "callsign", example: "9MAB1" }, { key: "mmsi", example: "533000001", numeric: true },
];
const MORE: Spec[] = [
  { key: "eye", example: "8 ft" }, { key: "home", example: "02-31.2N 101-47.6E" }, { key: "agency", example: "MMEA" }, { key: "tired", kind: "check" },
];

const PATTERN: Spec = { key: "pattern", kind: "choice", wide: true,
  choices: () => ["", "PS", "CS", "SS", "VS", ...LINES].map((p) => [p, p ? `${p} ${t(`r.pattern.${p}`)}` : t("r.pattern.best")]) };

export class BoatSheet {
  form: SearchForm;
  errors: FieldError[] = [];
  private ships: Ship[] | null = null;
  private assets: Asset[] | null = null;
  /** For which drift times were filled in, so that they are once, and can be taken out. */
  private timed = 0;
  private root: HTMLElement | null = null;

  constructor(
    private readonly state: State, private readonly plan: () => void, private readonly said: (text: string) => void,
    private readonly drawing: Drawing,
  ) {
    this.form = this.kept();
  }

  /** Boats that this browser remembers: they are the same in the next case. */
  private kept(): SearchForm {
    try {
      const boats = JSON.parse(recall("boats") ?? "[]") as Row[];
      // what a boat followed belongs to the case in which it was drawn
      const same = Array.isArray(boats) ? boats.map(({ line: _, proposed: __, ...row }) => (LINES.includes(String(row.pattern)) ? { ...row, pattern: "" } : row)) : [];
      if (same.length > 0) return { boats: same, target: "" };
    } catch {
      // another version wrote it: begin anew
    }
    return { boats: [{ name: "", platform: "boat" }], target: "" };
  }

  /** The form of the newest plan of a case; without one, the boats that are remembered. */
  use(form: SearchForm | null): void {
    this.form = form ? structuredClone(form) : this.kept();
    this.errors = [];
    this.ships = null;
    this.timed = form ? this.state.open?.drift?.n ?? 0 : 0;
  }

  /** A search begins now, where the drift is under way: not in the past, where nobody can sail. */
  private begins(): void {
    const drift = this.state.open?.drift, now = Date.now();
    if (!drift || this.timed === drift.n) return;
    this.timed = drift.n;
    if (this.form.begin || this.form.end || now <= drift.begin_ms || now >= drift.end_ms) return;
    this.form.begin = nowText();
    for (const row of this.form.boats) if (!row.ready || Date.parse(String(row.ready)) < now) row.ready = nowText();
  }

  /** Boats of the register that are not in the form yet, each a press away. */
  private registered(): HTMLElement | null {
    if (this.assets === null) {
      this.assets = [];
      void fetch("api/kept").then(async (answer) => {
        if (answer.ok) this.assets = ((await answer.json()) as { assets: Asset[] }).assets.filter((a) => a.kind in SEARCHERS && a.speed > 0);
        if (this.assets?.length) this.redraw("");
      }).catch(() => undefined); // without a register boats are typed
    }
    const names = new Set(this.form.boats.map((row) => row.name));
    const free = this.assets.filter((a) => !names.has(a.name));
    if (free.length === 0) return null;
    return h("div", { class: "register" }, h("h3", {}, t("r.assets")), h("div", { class: "acts" }, ...free.map((a) => button(`+ ${a.name}`, () => {
      const kept = JSON.parse(recall("boats") ?? "[]") as Row[]; // its width and call sign, if it was used here before
      const before = Array.isArray(kept) ? kept.find((row) => row.name === a.name) : undefined;
      const own: Row = { name: a.name, platform: SEARCHERS[a.kind] ?? "boat", place: lineText([[a.lat, a.lon]]), speed: knots(a.speed), transit: knots(a.speed),
        endurance: a.endurance > 0 ? `${(a.endurance / 3600).toFixed(1)} h` : "", mmsi: a.mmsi ? String(a.mmsi) : "", ready: nowText() };
      const empty = this.form.boats.findIndex((row) => !row.name && !row.place);
      if (empty >= 0) this.form.boats.splice(empty, 1);
      this.add({ width: "", ...before, ...own, pattern: "" });
      this.said(t("r.assetTaken", { name: a.name }));
    }, { "data-act": `asset-${a.name}` }))));
  }

  draw(root: HTMLElement): void {
    this.root = root;
    this.begins();
    const top = this.form as unknown as Row;
    const save = () => {
      try {
        localStorage.setItem("selat.boats", JSON.stringify(this.form.boats));
      } catch {
        remember("boats", "");
      }
    };
    const targets = [...new Set(Object.values(this.state.lists.targets).flat())];
    if (!this.form.target || !targets.includes(String(this.form.target))) this.form.target = targets.includes("person in water") ? "person in water" : targets[0] ?? "";
    const one = (spec: Spec, word: string) => field(spec, top, spec.key, t(word), () => undefined);
    root.replaceChildren(this.registered() ?? "",
      ...this.form.boats.map((row, k) => h("fieldset", { class: "grid boat" },
        h("legend", {}, String(row.name || t("r.boat", { n: k + 1 }))),
        ...BOAT.map((spec) => field(spec, row, `boats.${k}.${spec.key}`, t(`r.boat.${spec.key}`), save)),
        field(PATTERN, row, `boats.${k}.pattern`, t("r.boat.pattern"), () => this.patterned(row, k)), ...this.line(row, k),
        h("details", { class: "wide" }, h("summary", {}, t("r.more")), h("div", { class: "grid" },
          ...MORE.map((spec) => field(spec, row, `boats.${k}.${spec.key}`, t(`r.boat.${spec.key}`), save)))),
        this.form.boats.length > 1 ? button(t("r.remove"), () => this.remove(k), { class: "quiet" }) : null)),
      button(t("r.addBoat"), () => this.add({ name: "", platform: "boat" }), { class: "quiet", "data-act": "boat" }),
      h("fieldset", { class: "grid" }, h("legend", {}, t("r.conditions")),
        one({ key: "target", kind: "choice", choices: () => targets.map((x) => [x, x]), wide: true }, "r.target"),
        one({ key: "begin", kind: "time", example: this.drifts()[0] }, "r.begin"), one({ key: "end", kind: "time", example: this.drifts()[1] }, "r.end"),
        one({ key: "visibility", example: "10 nm" }, "r.visibility"), one({ key: "wind_speed", example: "12 kn" }, "r.windSpeed"),
        one({ key: "sea", example: "0.5 m" }, "r.sea"), one({ key: "shore_party", kind: "check" }, "r.shoreParty"),
        h("p", { class: "hint wide" }, t("r.nightHint")), one({ key: "approval", wide: true }, "r.approval")),
      h("p", { class: "error", "data-general": "", hidden: true }),
      h("div", { class: "acts" }, button(t("r.makePlan"), () => this.plan(), { class: "main", "data-act": "plan" }),
        button(t("r.ships"), () => void this.near(), { "data-act": "ships" })),
      this.list() ?? "");
    if (this.errors.length > 0) this.mark(this.errors);
  }

  /** Begin and end of the drift: what a search without times of its own is planned for. */
  private drifts(): [string, string] {
    const drift = this.state.open?.drift;
    const text = (ms: number) => `${new Date(ms).toISOString().slice(0, 16)}Z`;
    return drift ? [text(drift.begin_ms), text(drift.end_ms)] : [TIME, TIME];
  }

  /** What a searcher along a line follows: typed, or drawn on the map. */
  private line(row: Row, k: number): HTMLElement[] {
    const kind = String(row.pattern ?? "");
    if (!LINES.includes(kind)) return [];
    const path = `boats.${k}`;
    const draw = button(t("r.draw"), () => this.drawing.begin(kind === "BS" ? 2 : 60, (places) => {
      row.line = lineText(places);
      row.proposed = "";
      this.redraw(`${path}.line`);
    }), { class: "quiet", "data-act": `draw-${k}` });
    const more: HTMLElement[] = [];
    if (kind === "BS" || kind === "OS") more.push(field({ key: "times", numeric: true, example: t("r.line.most") }, row, `${path}.times`, t(`r.line.times.${kind}`), () => undefined));
    if (kind !== "BS") more.push(field({ key: "spacing", example: t("r.line.usual") }, row, `${path}.spacing`, t("r.line.spacing"), () => undefined));
    if (kind === "OS") more.push(field({ key: "port", kind: "check" }, row, `${path}.port`, t("r.line.port"), () => undefined));
    return [
      field({ key: "line", kind: "lines", example: "02-27.0N 101-48.0E; 02-10.0N 102-05.0E", wide: true }, row, `${path}.line`, t(`r.line.${kind}`), () => (row.proposed = "")),
      h("div", { class: "wide" }, draw, h("span", { class: "hint" }, ` ${t(`r.line.hint.${kind}`)}`)), ...more,
    ];
  }

  /** Another pattern: along a line, a first one stands there at once. */
  private patterned(row: Row, k: number): void {
    const kind = String(row.pattern ?? "");
    if (LINES.includes(kind)) {
      const [a, b] = this.drifts();
      const begin = Date.parse(String(row.ready || this.form.begin || a)), end = Date.parse(String(this.form.end || b));
      if (!row.line || row.proposed) {
        row.line = proposed(this.state, kind, begin, end);
        row.proposed = kind;
      }
    }
    this.redraw(`boats.${k}.pattern`);
  }

  private redraw(focus: string): void {
    if (this.root?.isConnected && this.root.dataset.step === "boats") this.draw(this.root);
    this.root?.querySelector<HTMLElement>(`[name="${focus}"]`)?.focus();
  }

  mark(errors: FieldError[]): void {
    this.errors = errors;
    if (!this.root) return;
    const left = showErrors(this.root, errors);
    const general = this.root.querySelector<HTMLElement>("[data-general]");
    if (!general) return;
    general.hidden = left.length === 0;
    general.textContent = left.map(sentence).join(" ");
    if (errors.length > 0) focusFirstError(this.root);
  }

  private add(row: Row): void {
    this.form.boats.push(row);
    if (this.root) this.draw(this.root);
    this.root?.querySelector<HTMLElement>(`[name="boats.${this.form.boats.length - 1}.name"]`)?.focus();
  }

  private remove(k: number): void {
    this.form.boats.splice(k, 1);
    if (this.root) this.draw(this.root);
  }

  /** Ships of the live picture in order of their arrival at the middle of the cloud. */
  private async near(): Promise<void> {
    const [k] = this.state.at();
    const row = this.state.rows[k];
    if (!row) {
      this.said(t("r.driftFirst"));
      return;
    }
    try {
      this.ships = (await get<{ ships: Ship[] }>(`vessels?lat=${row.lat}&lon=${row.lon}`)).ships;
      this.state.ships = this.ships.slice(0, 10);
      this.state.tell("ships");
      if (this.root) this.draw(this.root);
    } catch (e) {
      this.said(e instanceof Refused ? e.words : String(e));
    }
  }

  private list(): HTMLElement | null {
    if (this.ships === null) return null;
    if (this.ships.length === 0) return h("p", { class: "hint" }, t("r.noShips"));
    const rows = this.ships.map((s) => h("tr", {},
      h("td", {}, s.name ?? String(s.mmsi)), h("td", {}, `${(s.away_m / NAUTICAL_MILE).toFixed(1)} nm ${degrees(s.bearing)}`),
      h("td", {}, knots(s.speed)), h("td", { class: "strong" }, span(s.seconds) + (s.moored ? ` ${t("r.moored")}` : "") + (s.land ? ` ${t("r.overLand")}` : "")),
      h("td", {}, button("+", () => this.take(s), { title: t("r.takeShip"), "aria-label": t("r.takeShip") }))));
    return h("section", {}, h("h3", {}, t("r.shipsTitle")), h("p", { class: "hint" }, t("r.shipsHint")),
      h("table", { class: "ships" }, h("tbody", {}, ...rows)));
  }

  /** A ship from the list becomes a searcher. */
  private take(s: Ship): void {
    const place = `${latitude(s.lat, 2).replace("°", "-").replace("′", "")} ${longitude(s.lon, 2).replace("°", "-").replace("′", "")}`;
    const speed = `${Math.min(10, (s.speed * 3600) / NAUTICAL_MILE).toFixed(1)} kn`;
    this.add({ name: s.name ?? String(s.mmsi), platform: "ship", place, speed, transit: knots(s.speed), endurance: "24 h", mmsi: String(s.mmsi) });
    this.said(t("r.shipTaken", { name: s.name ?? s.mmsi, place: position(s.lat, s.lon) }));
  }
}
