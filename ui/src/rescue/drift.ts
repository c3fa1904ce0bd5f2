// The sheet of the drift: how long, how often kept; what it rests on.

import { h } from "../dom";
import { utc, utcDate } from "../format";
import { t } from "../i18n";
import { NAUTICAL_MILE } from "../units";
import type { FieldError, Row } from "./api";
import { button, field, showErrors } from "./fields";
import { sourceList } from "./sources";
import type { State } from "./state";

export class DriftSheet {
  readonly row: Row = { hours: "12", every: "30" };
  private root: HTMLElement | null = null;

  constructor(private readonly state: State, private readonly begin: () => void, private readonly next: () => void) {
    state.on(["times"], () => {
      if (this.root?.isConnected && this.root.dataset.step === "drift" && !this.root.contains(document.activeElement)) this.draw(this.root);
    });
  }

  /** Long enough for a search from now on: eight hours more than went by since. */
  use(): void {
    const open = this.state.open;
    if (!open) return;
    if (open.drift) Object.assign(this.row, { hours: String(open.drift.hours), every: String(open.drift.every) });
    else {
      const since = open.backward ? 0 : (Date.now() - open.begin_ms) / 3_600_000;
      this.row.hours = String(since > 0 && since < 72 ? Math.max(12, Math.ceil(since) + 8) : 12);
      this.row.every = "30";
    }
  }

  draw(root: HTMLElement): void {
    this.root = root;
    const drift = this.state.open?.drift;
    const last = this.state.rows.at(-1);
    root.replaceChildren(
      h("fieldset", { class: "grid" }, h("legend", {}, t(this.state.open?.backward ? "r.driftBack" : "r.drift")),
        field({ key: "hours", numeric: true, example: "12" }, this.row, "hours", t("r.hours"), () => undefined),
        field({ key: "every", numeric: true, example: "30" }, this.row, "every", t("r.every"), () => undefined),
        ...["wind", "current"].map((kind) => h("div", { class: "field wide bare", "data-path": kind }, h("p", { class: "error", role: "alert", hidden: true })))),
      h("div", { class: "acts" },
        button(t("r.beginDrift"), this.begin, { class: drift ? "" : "main", "data-act": "drift", disabled: !this.state.mayAct }),
        drift ? button(t("r.toBoats"), this.next, { class: "main", "data-act": "next" }) : null),
      drift ? h("section", {}, h("h3", {}, t("r.driftIs")), h("p", {}, t("r.driftSaid", {
        n: drift.particles.toLocaleString("en"), begin: `${utcDate(drift.begin_ms)} ${utc(drift.begin_ms, false)}Z`,
        end: `${utcDate(drift.end_ms)} ${utc(drift.end_ms, false)}Z`, who: drift.who,
      })), drift.sources ? sourceList(drift.sources) : null, last ? h("p", {}, t("r.areaSaid", { a50: square(last.regions["50"].area_m2), a95: square(last.regions["95"].area_m2) })) : null,
      h("ul", { class: "weak" }, ...drift.notes.map((n) => h("li", {}, n)))) : "");
  }

  mark(errors: FieldError[]): void {
    if (this.root) showErrors(this.root, errors);
  }
}

function square(m2: number): string {
  const nm2 = m2 / NAUTICAL_MILE ** 2;
  return `${nm2 < 10 ? nm2.toFixed(1) : Math.round(nm2)} nm²`;
}
