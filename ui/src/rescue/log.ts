// The log of decisions: what people did to the case, each row chained to the one before by its hash.

import { h } from "../dom";
import { utc, utcDate } from "../format";
import { t } from "../i18n";
import { post, Refused } from "./api";
import { button } from "./fields";
import type { State } from "./state";

export class LogSheet {
  private draft = "";

  constructor(private readonly state: State, private readonly done: () => void, private readonly said: (text: string) => void) {}

  draw(root: HTMLElement): void {
    const open = this.state.open;
    const note = h("textarea", { rows: 3, maxlength: 2000, name: "decision", "aria-label": t("r.decision"), placeholder: t("r.decisionExample") }, this.draft);
    note.addEventListener("input", () => (this.draft = note.value));
    const write = async (): Promise<void> => {
      try {
        await post(`cases/${open?.id}/decision`, { note: note.value });
        this.draft = "";
        this.done();
      } catch (e) {
        this.said(e instanceof Refused ? e.words : String(e));
      }
    };
    root.replaceChildren(
      h("fieldset", {}, h("legend", {}, t("r.decision")), note,
        h("div", { class: "acts" }, button(t("r.write"), () => void write(), { class: "main", "data-act": "decide", disabled: !this.state.mayAct }))),
      h("ol", { class: "log" }, ...[...(open?.log ?? [])].reverse().map((e) => h("li", {},
        h("p", { class: "when" }, `${utcDate(e.time)} ${utc(e.time, false)}Z · ${e.who}`),
        h("p", {}, h("b", {}, t(`r.log.${e.action}`)), ` ${noteWords(e.note)}`), h("p", { class: "hash", title: e.hash }, e.hash.slice(0, 12))))));
  }
}

/** Notes of records are JSON with the hash of what was kept; people read the note in them. */
export function noteWords(note: string): string {
  if (!note.startsWith("{")) return note.startsWith("sha256") ? "" : note;
  try {
    const told = JSON.parse(note) as { n?: number; note?: string };
    return [told.n ? `${told.n}` : "", told.note ?? ""].filter(Boolean).join(": ");
  } catch {
    return note;
  }
}
