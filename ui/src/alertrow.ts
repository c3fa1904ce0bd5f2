// One line of the alert list: what, who, where, why; and, of the chosen one, what can be done.

import { type Alert, isSeen } from "./alertorder";
import { DEEDS, type DeedName, silenceable } from "./deeds";
import { h, setText } from "./dom";
import { describe } from "./evidence";
import { span, utc, utcDate } from "./format";
import { t } from "./i18n";
import { keyFor } from "./keymap";

export interface AlertActions {
  show(alert: Alert): void;
  acknowledge(alert: Alert): Promise<string>;
  deed(kind: DeedName, alert: Alert): void;
  why(alert: Alert): void;
  report(alert: Alert): void;
}

/** Alerts that a rescue may begin with: /rescue opens with their place and time. */
const RESCUE = new Set(["distress", "sudden_loss", "overdue", "aground"]);

export class AlertRow {
  readonly root: HTMLElement;
  private readonly age = h("span", { class: "age" });
  private readonly since = h("time", {});
  private readonly names = h("div", { class: "names" });
  private readonly sentence = h("p", {});
  private readonly rule = h("span", { class: "rule" });
  private readonly why = h("div", { class: "why" });
  private readonly evidence = h("dl", { class: "evidence" });
  private readonly foot = h("span", { class: "acts" });
  private readonly tools = h("div", { class: "deeds", role: "toolbar" });
  private key = "";

  constructor(private alert: Alert, private readonly on: AlertActions, chosen: (id: string) => void) {
    this.root = h("article", { class: "alert", tabindex: "0", "data-id": alert.id });
    // What can be done comes before why: beside an open card there is little room.
    this.root.append(h("div", { class: "line" }, this.rule, this.age), this.names, this.sentence,
      h("div", { class: "foot" }, this.since, this.foot), this.tools, this.why, this.evidence);
    const show = () => {
      chosen(this.alert.id);
      this.on.show(this.alert);
    };
    this.root.addEventListener("click", show);
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === this.root) show();
    });
  }

  gone(): void {
    this.root.classList.add("gone");
  }

  /** Takes the alert as it is now; nothing is laid out anew where nothing changed. */
  take(alert: Alert, chosen: boolean, mayAct: boolean): void {
    this.alert = alert;
    const key = JSON.stringify([alert.state, alert.priority, alert.sentence, alert.names, alert.evidence, mayAct, alert.detail,
      alert.assigned, alert.snoozed, alert.by, alert.note]);
    if (this.key === key) return;
    this.key = key;
    const held = this.root.contains(document.activeElement) ? document.activeElement?.className : "";
    this.root.className = `alert ${alert.priority} ${alert.state}${chosen ? " chosen" : ""}`;
    const who = alert.names.length > 0 ? alert.names.join(", ") : alert.subjects.join(", ");
    this.root.setAttribute("aria-label", `${t(alert.priority)}: ${ruleName(alert.rule)}, ${who}`);
    setText(this.rule, `${t(alert.priority)} · ${ruleName(alert.rule)}`);
    setText(this.names, alert.names.length > 0 ? alert.names.join(" · ") : alert.subjects.join(" · "));
    setText(this.sentence, alert.sentence);
    this.evidence.replaceChildren(...describe(alert.evidence).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
    this.why.replaceChildren(...reasons(alert));
    this.fillFoot(mayAct);
    this.fillTools(mayAct);
    if (held) this.root.querySelector<HTMLElement>(`button.${held.split(" ").join(".")}`)?.focus(); // the keyboard stays where it was
  }

  tick(nowMs: number): void {
    setText(this.age, span((nowMs - this.alert.time_ms) / 1000));
    setText(this.since, t("alert.since", { time: `${utc(this.alert.time_ms, false)} UTC` }));
    this.since.title = `${utcDate(this.alert.time_ms)} ${utc(this.alert.time_ms)} UTC`;
  }

  /** As by its button. */
  press(what: DeedName | "ack" | "why"): void {
    this.root.querySelector<HTMLButtonElement>(`button.${what}`)?.click();
  }

  private fillFoot(mayAct: boolean): void {
    const a = this.alert;
    this.foot.replaceChildren();
    if (a.snoozed) this.foot.append(h("span", { class: "over" }, t("alert.snoozed")));
    if (a.assigned) this.foot.append(h("span", { class: "over assigned" }, `→ ${a.assigned}`));
    if (a.state === "acknowledged") this.foot.append(h("span", { class: "seen" }, `✓ ${a.by ? a.by : t("alert.acked")}`));
    if (a.state === "rectified") this.foot.append(h("span", { class: "over" }, t("alert.over")));
    if (isSeen(a) || !mayAct) return;
    const button = h("button", { type: "button", class: "ack", click: (event: Event) => {
      event.stopPropagation();
      button.disabled = true;
      void this.on.acknowledge(this.alert).then((problem) => {
        if (!problem) return;
        button.disabled = false;
        this.foot.append(h("span", { class: "problem" }, t("alert.ackFailed", { reason: problem })));
      });
    } }, t("alert.ack"));
    this.foot.append(button);
  }

  private fillTools(mayAct: boolean): void {
    const button = (name: DeedName | "why" | "report", key: string, run: () => void) => h("button", { type: "button", class: name,
      title: `${t(`deed.${name}`)}${keyFor(key) ? ` (${keyFor(key)})` : ""}`,
      click: (event: Event) => {
        event.stopPropagation();
        run();
      } }, t(`deed.${name}`));
    const deeds = mayAct ? DEEDS.filter((d) => d !== "snooze" || (silenceable(this.alert) && !this.alert.snoozed)) : [];
    this.tools.setAttribute("aria-label", t("deeds"));
    const rescue = RESCUE.has(this.alert.rule) || this.alert.priority === "emergency" ? h("a", { class: "rescue", href: `rescue?alert=${encodeURIComponent(this.alert.id)}`,
      click: (event: Event) => event.stopPropagation() }, t("deed.rescue")) : "";
    this.tools.replaceChildren(rescue, button("why", "evidence", () => this.on.why(this.alert)),
      ...deeds.map((d) => button(d, d, () => this.on.deed(d, this.alert))), button("report", "report", () => this.on.report(this.alert)));
    if (this.alert.note) this.tools.append(h("p", { class: "last-note" }, `“${this.alert.note}”`));
  }
}

/** What to do, how sure the rule is, and what would make it false. */
export function reasons(alert: { detail?: Alert["detail"]; confidence?: number | undefined }): HTMLElement[] {
  const d = alert.detail ?? {};
  const sure = alert.confidence === undefined || !d.confidence || Object.keys(d.confidence).length === 0 ? ""
    : t("alert.sure", { n: Math.round(alert.confidence * 100) });
  const lines: [string, string][] = [["do", d.action ?? ""], ["sure", sure],
    ["false", d.false_if && d.false_if.length > 0 ? t("alert.falseIf", { what: d.false_if.join("; ") }) : ""],
    ["lines", d.geometry ? t("alert.lines", { source: d.geometry }) : ""]];
  return lines.filter(([, words]) => words).map(([kind, words]) => h("div", { class: `why-${kind}` }, words));
}

/** `lane-against-flow` reads as `lane against flow`. */
export function ruleName(rule: string): string {
  return rule.replace(/[-_]/g, " ");
}
