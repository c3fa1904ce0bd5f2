// The alert list: by priority, then newest first. It does not reorder while the pointer is over it.

import { h, setText } from "./dom";
import { describe } from "./evidence";
import { span, utc, utcDate } from "./format";
import { t } from "./i18n";
import { type Alert, isSeen, order } from "./alertorder";

const CAUSES = ["true", "false", "benign", "duplicate", "test"];

interface Row {
  root: HTMLElement;
  age: HTMLElement;
  since: HTMLElement;
  names: HTMLElement;
  sentence: HTMLElement;
  rule: HTMLElement;
  why: HTMLElement;
  evidence: HTMLElement;
  foot: HTMLElement;
  key: string;
}

export class AlertPanel {
  canAcknowledge = false;
  readonly alerts = new Map<string, Alert>();
  private readonly rows = new Map<string, Row>();
  private readonly list = h("div", { class: "alert-list", tabindex: "-1" });
  private readonly count = h("span", { class: "count" });
  private readonly held = h("span", { class: "held", hidden: true });
  private readonly title = h("h2", {});
  private shown: string[] = [];
  private over = false;
  private chosen: string | null = null;
  private nowMs = NaN;
  private first = false;

  constructor(
    root: HTMLElement,
    private readonly onShow: (alert: Alert) => void,
    private readonly onAcknowledge: (alert: Alert) => Promise<string>,
    private readonly onClose: (alert: Alert, cause: string) => Promise<string>,
    private readonly onSnooze: (alert: Alert) => Promise<string>,
  ) {
    root.append(h("div", { class: "panel-head" }, this.title, this.count, this.held), this.list);
    root.addEventListener("pointerenter", (event) => {
      this.over = event.pointerType === "mouse";
    });
    root.addEventListener("pointerleave", () => {
      this.over = false;
      this.render();
    });
    this.render();
  }

  update(changed: Alert[], all: boolean): void {
    this.first = true;
    if (all) this.alerts.clear();
    for (const alert of changed) this.alerts.set(alert.id, alert);
    for (const alert of [...this.alerts.values()]) {
      const over = alert.state === "cleared" || alert.state === "retracted";
      if (over || alert.lead) this.alerts.delete(alert.id); // what another alert stands for is on that one's card
    }
    this.render();
  }

  /** Ages shown in the list; called once a second. */
  tick(nowMs: number): void {
    this.nowMs = nowMs;
    for (const id of this.shown) this.age(id);
  }

  get open(): number {
    return [...this.alerts.values()].filter((a) => !isSeen(a)).length;
  }

  choose(id: string | null): void {
    this.chosen = id;
    for (const [key, row] of this.rows) row.root.classList.toggle("chosen", key === id);
    const chosen = id === null ? undefined : this.rows.get(id);
    if (chosen) requestAnimationFrame(() => chosen.root.scrollIntoView({ block: "nearest" })); // the card took room
  }

  /** The next alert not acknowledged after the chosen one. */
  next(): Alert | undefined {
    const open = order(this.alerts.values()).filter((a) => !isSeen(a));
    const at = open.findIndex((a) => a.id === this.chosen);
    return open[(at + 1) % Math.max(open.length, 1)];
  }

  /** The chosen alert is acknowledged from the keyboard, as by its button. */
  acknowledgeChosen(): void {
    const row = this.chosen === null ? undefined : this.rows.get(this.chosen);
    row?.foot.querySelector<HTMLButtonElement>("button.ack")?.click();
  }

  rebuild(): void {
    this.rows.clear();
    this.list.replaceChildren();
    this.render();
  }

  private render(): void {
    setText(this.title, t("alerts"));
    const open = this.open;
    setText(this.count, open > 0 ? t("unacknowledged", { n: open }) : "");
    const wanted = order(this.alerts.values()).map((a) => a.id);
    const known = new Set(this.shown);
    const fresh = wanted.filter((id) => !known.has(id)).length;
    const hold = this.over && this.shown.length > 0;
    if (!hold) this.shown = wanted;
    const moved = hold && wanted.join() !== this.shown.join();
    this.held.hidden = !moved;
    setText(this.held, fresh > 0 ? t("alerts.new", { n: fresh }) : t("alerts.held"));
    this.held.classList.toggle("fresh", fresh > 0);

    const nodes: Node[] = [];
    let line = false;
    for (const id of this.shown) {
      const alert = this.alerts.get(id);
      const row = this.row(id, alert);
      if (!row) continue;
      if (alert && isSeen(alert) && !line && !hold) {
        line = true;
        nodes.push(h("div", { class: "divider" }, t("alerts.seen")));
      }
      nodes.push(row.root);
    }
    if (nodes.length === 0) {
      nodes.push(h("p", { class: "empty" }, t(this.first ? "alerts.none" : "alerts.waiting")));
    }
    if (!hold) for (const id of [...this.rows.keys()]) if (!this.alerts.has(id)) this.rows.delete(id);
    if (!hold || !sameNodes(this.list, nodes)) this.list.replaceChildren(...nodes);
    this.tick(this.nowMs);
  }

  private row(id: string, alert: Alert | undefined): Row | undefined {
    let row = this.rows.get(id);
    if (!alert) {
      row?.root.classList.add("gone");
      return row;
    }
    if (!row) {
      row = this.make(alert);
      this.rows.set(id, row);
    }
    const key = JSON.stringify([alert.state, alert.priority, alert.sentence, alert.names, alert.evidence,
      this.canAcknowledge, alert.detail, alert.assigned, alert.snoozed]);
    if (row.key !== key) this.fill(row, alert, key);
    return row;
  }

  private make(alert: Alert): Row {
    const row: Row = {
      root: h("article", { class: "alert", tabindex: "0", "data-id": alert.id }),
      age: h("span", { class: "age" }), since: h("time", {}), names: h("div", { class: "names" }), sentence: h("p", {}),
      rule: h("span", { class: "rule" }), why: h("div", { class: "why" }), evidence: h("dl", { class: "evidence" }), foot: h("span", { class: "acts" }), key: "",
    };
    row.root.append(h("div", { class: "line" }, row.rule, row.age), row.names, row.sentence, row.why, row.evidence,
      h("div", { class: "foot" }, row.since, row.foot));
    const show = () => {
      const now = this.alerts.get(alert.id) ?? alert;
      this.choose(now.id);
      this.onShow(now);
    };
    row.root.addEventListener("click", show);
    row.root.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === row.root) show();
    });
    return row;
  }

  private fill(row: Row, alert: Alert, key: string): void {
    row.key = key;
    row.root.className = `alert ${alert.priority} ${alert.state}${alert.id === this.chosen ? " chosen" : ""}`;
    setText(row.rule, `${t(alert.priority)} · ${ruleName(alert.rule)}`);
    setText(row.names, alert.names.length > 0 ? alert.names.join(" · ") : alert.subjects.join(" · "));
    setText(row.sentence, alert.sentence);
    row.evidence.replaceChildren(...describe(alert.evidence).map(([name, value]) =>
      h("div", {}, h("dt", {}, name), h("dd", {}, value))));
    row.why.replaceChildren(...this.why(alert));
    row.foot.replaceChildren();
    if (alert.snoozed) row.foot.append(h("span", { class: "over" }, t("alert.snoozed")));
    if (alert.assigned) row.foot.append(h("span", { class: "over" }, `→ ${alert.assigned}`));
    if (this.canAcknowledge) row.foot.append(...this.more(alert, row));
    if (alert.state === "acknowledged") row.foot.append(h("span", { class: "seen" }, `✓ ${t("alert.acked")}`));
    if (alert.state === "rectified") row.foot.append(h("span", { class: "over" }, t("alert.over")));
    if (!isSeen(alert) && this.canAcknowledge) {
      row.foot.append(h("button", { type: "button", class: "ack", click: (e: Event) => void this.acknowledge(e, alert, row) },
        t("alert.ack")));
    }
  }

  /** What to do, how sure the rule is, and what would make it false. */
  private why(alert: Alert): HTMLElement[] {
    const d = alert.detail ?? {};
    const sure = alert.confidence === undefined || !d.confidence || Object.keys(d.confidence).length === 0 ? ""
      : t("alert.sure", { n: Math.round(alert.confidence * 100) });
    const lines: [string, string][] = [["do", d.action ?? ""], ["sure", sure],
      ["false", d.false_if && d.false_if.length > 0 ? t("alert.falseIf", { what: d.false_if.join("; ") }) : ""],
      ["lines", d.geometry ? t("alert.lines", { source: d.geometry }) : ""]];
    return lines.filter(([, text]) => text).map(([kind, text]) => h("div", { class: `why-${kind}` }, text));
  }

  /** Close with a cause, and snooze for half an hour; distress is never snoozed. */
  private more(alert: Alert, row: Row): HTMLElement[] {
    const close = h("select", { class: "close", "aria-label": t("alert.close") }) as HTMLSelectElement;
    close.append(h("option", { value: "" }, t("alert.close")),
      ...CAUSES.map((cause) => h("option", { value: cause }, t(`cause.${cause}`))));
    close.addEventListener("click", (event) => event.stopPropagation());
    close.addEventListener("change", () => void this.tell(this.onClose(alert, close.value), row));
    if (alert.rule === "distress" || alert.priority === "emergency" || alert.snoozed) return [close];
    const snooze = h("button", { type: "button", class: "snooze", click: (e: Event) => {
      e.stopPropagation();
      void this.tell(this.onSnooze(alert), row);
    } }, t("alert.snooze"));
    return [close, snooze];
  }

  private async tell(done: Promise<string>, row: Row): Promise<void> {
    const problem = await done;
    if (problem) row.foot.append(h("span", { class: "problem" }, t("alert.failed", { reason: problem })));
  }

  private async acknowledge(event: Event, alert: Alert, row: Row): Promise<void> {
    event.stopPropagation();
    const button = event.currentTarget as HTMLButtonElement;
    button.disabled = true;
    const problem = await this.onAcknowledge(alert);
    if (problem) {
      button.disabled = false;
      row.foot.append(h("span", { class: "problem" }, t("alert.ackFailed", { reason: problem })));
    }
  }

  private age(id: string): void {
    const alert = this.alerts.get(id);
    const row = this.rows.get(id);
    if (!alert || !row || !Number.isFinite(this.nowMs)) return;
    setText(row.age, span((this.nowMs - alert.time_ms) / 1000));
    setText(row.since, t("alert.since", { time: `${utc(alert.time_ms, false)} UTC` }));
    row.since.title = `${utcDate(alert.time_ms)} ${utc(alert.time_ms)} UTC`;
  }
}

function sameNodes(parent: HTMLElement, nodes: Node[]): boolean {
  return parent.childNodes.length === nodes.length && nodes.every((n, k) => parent.childNodes[k] === n);
}

/** `lane-against-flow` reads as `lane against flow`. */
function ruleName(rule: string): string {
  return rule.replace(/[-_]/g, " ");
}
