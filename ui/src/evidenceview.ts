// The evidence of one alert beside the map: what was measured against which limit, the reports behind it, who did what,
// similar alerts of the past and how they were closed.

import type { Alert } from "./alertorder";
import { reasons, ruleName } from "./alertrow";
import { explain, type Explanation } from "./deeds";
import { h } from "./dom";
import { degrees, knots, position, utc, utcDate } from "./format";
import { t } from "./i18n";
import { measures } from "./measures";

export class EvidenceView {
  /** The alert whose evidence is open. */
  id: string | null = null;
  private found: Explanation | null = null;
  private key = "";
  private before: string[] = [];

  constructor(
    private readonly root: HTMLElement,
    private readonly on: {
      /** What the map shows of it; null: nothing. */
      slice(found: Explanation | null, right: number): void;
      name(mmsi: number): string;
      select(mmsi: number): void; goTo(ms: number): void;
    },
  ) {}

  async open(id: string, from = true): Promise<void> {
    if (from) this.before = [];
    this.id = id;
    this.root.hidden = false;
    this.root.replaceChildren(this.head(t("evidence")), h("p", { class: "empty" }, t("time.waiting")));
    const found = await explain(id).catch(() => null);
    if (this.id !== id) return; // another one was opened meanwhile
    this.found = found;
    this.build();
    this.on.slice(found, this.root.offsetWidth);
    this.root.focus({ preventScroll: true });
  }

  close(): void {
    if (this.id === null) return;
    this.id = this.found = null;
    this.root.hidden = true;
    this.root.replaceChildren();
    this.on.slice(null, 0);
  }

  /** Somebody did something with it, here or at another console: the log is asked for anew. */
  async changed(alert: Alert): Promise<void> {
    const key = JSON.stringify([alert.state, alert.assigned, alert.note, alert.by, alert.snoozed]);
    if (alert.id !== this.id || key === this.key) return;
    const first = this.key === "";
    this.key = key;
    if (first) return;
    const found = await explain(alert.id).catch(() => null);
    if (this.id !== alert.id || !found) return;
    this.found = found;
    this.build();
  }

  private head(title: string): HTMLElement {
    return h("div", { class: "panel-head" },
      this.before.length > 0 && h("button", { type: "button", class: "back", "aria-label": t("evidence.back"), click: () => {
        const last = this.before.pop();
        if (last) void this.open(last, false);
      } }, "←"),
      h("h2", {}, title), h("button", { type: "button", class: "close", "aria-label": t("card.close"), click: () => this.close() }, "×"));
  }

  build(): void {
    const d = this.found;
    if (!d) {
      this.root.replaceChildren(this.head(t("evidence")), h("p", { class: "empty" }, t("evidence.none")));
      return;
    }
    const section = (title: string, ...inside: (HTMLElement | null)[]) => h("section", {}, h("h3", {}, title), ...inside);
    this.root.replaceChildren(this.head(`${t("evidence")}: ${ruleName(d.rule)}`),
      h("div", { class: "evidence-body" },
        h("p", { class: `sentence ${d.priority}` }, d.sentence), h("div", { class: "why" }, ...reasons(d)),
        h("p", { class: "again" }, d.same ? t("evidence.same") : t("evidence.differs", { note: d.note })),
        section(t("evidence.measured"), this.measured(d)), section(t("evidence.reports", { n: d.reports.length }), this.reports(d)),
        section(t("evidence.similar"), this.similar(d)), section(t("evidence.log"), this.log(d))));
  }

  private measured(d: Explanation): HTMLElement {
    const rows = measures(d.evidence, d.limits).map((m) => h("tr", { title: m.text },
      h("th", { scope: "row" }, m.name), h("td", {}, m.value), h("td", { class: "limit" }, m.limit), h("td", { class: "text" }, m.text)));
    if (rows.length === 0) return h("p", { class: "none" }, t("dossier.none"));
    return h("table", { class: "measured" }, h("thead", {}, h("tr", {}, h("th", {}), h("th", {}, t("evidence.value")),
      h("th", {}, t("evidence.limit")), h("th", {}))), h("tbody", {}, ...rows));
  }

  private reports(d: Explanation): HTMLElement {
    const missing = d.missing.length > 0 ? h("p", { class: "problem" }, t("evidence.missing", { n: d.missing.length })) : null;
    if (d.reports.length === 0) return h("div", {}, missing, h("p", { class: "none" }, t("dossier.none")));
    const rows = d.reports.map((r) => h("tr", {},
      h("td", {}, r.time_ms === null ? "–" : h("button", { type: "button", class: "time", title: t("dossier.goto"),
        click: () => this.on.goTo(r.time_ms as number) }, utc(r.time_ms))),
      h("td", {}, h("button", { type: "button", class: "ship", click: () => this.on.select(r.mmsi) }, this.on.name(r.mmsi))),
      h("td", {}, position(r.lat, r.lon)), h("td", {}, knots(r.sog_mps)), h("td", {}, degrees(r.cog)), h("td", {}, `${r.type} · ${r.seq}`)));
    const heads = ["time", "ship", "position", "speed", "course", "message"].map((k) => h("th", {}, t(`evidence.${k}`)));
    return h("div", { class: "reports" }, missing, h("table", {}, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows)));
  }

  private similar(d: Explanation): HTMLElement {
    if (d.similar.length === 0) return h("p", { class: "none" }, t("evidence.first"));
    return h("ul", { class: "similar" }, ...d.similar.map((s) => h("li", {},
      h("button", { type: "button", class: "time", click: () => {
        this.before.push(d.id);
        void this.open(s.id, false);
      } }, `${utcDate(s.time_ms)} ${utc(s.time_ms, false)}`),
      h("b", {}, s.cause ? t("evidence.closed", { cause: t(`cause.${s.cause}`) }) : t("evidence.unclosed")), h("span", {}, s.sentence))));
  }

  private log(d: Explanation): HTMLElement {
    return h("ul", { class: "log" }, ...d.log.map((e) => h("li", {}, h("time", {}, `${utcDate(e.time / 1e6)} ${utc(e.time / 1e6)}`),
      h("b", {}, e.who), h("span", {}, [t(`log.${e.action}`), e.to ? `→ ${e.to}` : "", e.cause ? t(`cause.${e.cause}`) : "", e.note ?? ""].filter(Boolean).join(" · ")))));
  }
}

