// Tells a screen reader of alerts: the gravest first, in one sentence, and not more often than a person can listen. Distress
// interrupts; all else waits for a pause.

import { type Alert, isSeen, order } from "./alertorder";
import { ruleName } from "./alertrow";
import { h } from "./dom";
import { t } from "./i18n";

/** Between two things that are said, ms. */
export const LEAST_MS = 15_000;

export class Herald {
  private readonly polite = h("p", { class: "reader", role: "status", "aria-live": "polite" });
  private readonly urgent = h("p", { class: "reader", role: "alert", "aria-live": "assertive" });
  private known: Set<string> | null = null;
  private waiting: Alert[] = [];
  private said = -Infinity;
  private timer = 0;

  constructor(root: HTMLElement, private readonly now: () => number = () => performance.now()) {
    root.append(this.polite, this.urgent);
  }

  /** Alerts as they are now. What stood when the page was opened is told as a number. */
  take(alerts: Iterable<Alert>): void {
    const open = [...alerts].filter((a) => !isSeen(a) && !a.snoozed);
    const fresh = this.known === null ? [] : open.filter((a) => !this.known?.has(a.id));
    const first = this.known === null;
    this.known = new Set(open.map((a) => a.id));
    if (first) {
      this.say(this.polite, open.length > 0 ? t("reader.standing", { n: open.length }) : t("alerts.none"));
      return;
    }
    const distress = fresh.filter((a) => a.priority === "emergency");
    if (distress.length > 0) this.urgent.textContent = sentence(distress);
    this.waiting.push(...fresh.filter((a) => a.priority !== "emergency" && a.priority !== "caution"));
    this.soon();
  }

  private soon(): void {
    if (this.waiting.length === 0 || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = 0;
      const some = this.waiting.filter((a) => this.known?.has(a.id)); // what is over or seen meanwhile needs no word
      this.waiting = [];
      if (some.length > 0) this.say(this.polite, sentence(some));
    }, Math.max(0, this.said + LEAST_MS - this.now()));
  }

  private say(where: HTMLElement, text: string): void {
    where.textContent = text;
    this.said = this.now();
  }
}

/** The gravest in full, the rest as a number. */
function sentence(alerts: Alert[]): string {
  const [first] = order(alerts);
  if (!first) return "";
  const words = `${t(first.priority)}: ${ruleName(first.rule)}. ${first.sentence}`;
  return alerts.length > 1 ? `${words} ${t("reader.more", { n: alerts.length - 1 })}` : words;
}
