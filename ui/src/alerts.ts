// The alert list: by priority, then newest first. It does not reorder while the pointer is over it.

import { type Alert, isSeen, order } from "./alertorder";
import { type AlertActions, AlertRow } from "./alertrow";
import type { DeedName } from "./deeds";
import { h, setText } from "./dom";
import { t } from "./i18n";

export class AlertPanel {
  canAcknowledge = false;
  readonly alerts = new Map<string, Alert>();
  private readonly rows = new Map<string, AlertRow>();
  private readonly list = h("div", { class: "alert-list", tabindex: "-1" });
  private readonly count = h("span", { class: "count" });
  private readonly held = h("span", { class: "held", hidden: true });
  private readonly title = h("h2", {});
  private readonly divider = h("div", { class: "divider" });
  private readonly quiet: HTMLButtonElement;
  private shown: string[] = [];
  private over = false;
  private chosen: string | null = null;
  private nowMs = NaN;
  private first = false;

  constructor(root: HTMLElement, private readonly on: AlertActions & { snoozes(): void }) {
    this.quiet = h("button", { type: "button", class: "snoozes", hidden: true, click: () => this.on.snoozes() });
    root.append(h("div", { class: "panel-head" }, this.title, this.count, this.held, this.quiet), this.list);
    root.addEventListener("pointerenter", (event) => {
      this.over = event.pointerType === "mouse";
    });
    root.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "mouse") return; // a finger leaves before its press is told: nothing may move then
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
    if (!Number.isFinite(nowMs)) return;
    for (const id of this.shown) if (this.alerts.has(id)) this.rows.get(id)?.tick(nowMs);
  }

  /** How many snoozes are in force: an officer sees that something is quiet. */
  setSnoozes(n: number): void {
    this.quiet.hidden = n === 0;
    setText(this.quiet, t("snoozes.n", { n }));
  }

  get open(): number {
    return [...this.alerts.values()].filter((a) => !isSeen(a)).length;
  }

  get current(): Alert | undefined {
    return this.chosen === null ? undefined : this.alerts.get(this.chosen);
  }

  choose(id: string | null): void {
    this.chosen = id;
    for (const [key, row] of this.rows) row.root.classList.toggle("chosen", key === id);
    const chosen = id === null ? undefined : this.rows.get(id);
    if (!chosen) return;
    requestAnimationFrame(() => { // the card took room
      const tall = chosen.root.offsetHeight > this.list.clientHeight;
      chosen.root.scrollIntoView({ block: tall ? "start" : "nearest" });
    });
  }

  /** The next alert not acknowledged after the chosen one. */
  next(): Alert | undefined {
    const open = order(this.alerts.values()).filter((a) => !isSeen(a));
    const at = open.findIndex((a) => a.id === this.chosen);
    return open[(at + 1) % Math.max(open.length, 1)];
  }

  /** Something is done with the chosen alert from the keyboard, as by its button. */
  press(what: DeedName | "ack" | "why"): void {
    if (this.chosen !== null) this.rows.get(this.chosen)?.press(what);
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
    const hold = this.over && this.list.childElementCount > 0 && this.shown.length > 0;
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
        setText(this.divider, t("alerts.seen"));
        nodes.push(this.divider);
      }
      nodes.push(row.root);
    }
    if (nodes.length === 0) nodes.push(h("p", { class: "empty" }, t(this.first ? "alerts.none" : "alerts.waiting")));
    if (!hold) for (const id of [...this.rows.keys()]) if (!this.alerts.has(id)) this.rows.delete(id);
    if (!hold && !sameNodes(this.list, nodes)) {
      const focused = this.list.contains(document.activeElement) ? document.activeElement as HTMLElement : null;
      const top = this.list.scrollTop;
      this.list.replaceChildren(...nodes);
      this.list.scrollTop = top; // who reads further down stays there
      focused?.focus({ preventScroll: true }); // an element that is moved loses it
    }
    this.tick(this.nowMs);
  }

  private row(id: string, alert: Alert | undefined): AlertRow | undefined {
    let row = this.rows.get(id);
    if (!alert) {
      row?.gone();
      return row;
    }
    if (!row) {
      row = new AlertRow(alert, this.on, (known) => this.choose(known));
      this.rows.set(id, row);
    }
    row.take(alert, id === this.chosen, this.canAcknowledge);
    return row;
  }
}

function sameNodes(parent: HTMLElement, nodes: Node[]): boolean {
  return parent.childNodes.length === nodes.length && nodes.every((n, k) => parent.childNodes[k] === n);
}
