// Deeds of devices that do not fit what stands: both sides shown, a person decides.

import { h } from "../dom";
import { get, post, Refused, type Conflict } from "./api";
import { field, minute, shown, whoField } from "./bits";
import { say } from "./say";
import { t } from "./words";

export async function conflictsPage(user: string | null): Promise<HTMLElement> {
  const { conflicts } = await get<{ conflicts: Conflict[] }>("/field/conflicts");
  const open = conflicts.filter((c) => c.state === "open");
  return h("div", { class: "conflicts" }, h("h1", {}, t("nav.conflicts")),
    h("p", { class: "none" }, open.length ? t("conflict.how") : t("conflict.none")), ...conflicts.map((c) => conflictCard(c, user, () => dispatchEvent(new Event("hashchange")))));
}

export function conflictCard(c: Conflict, user: string | null, after: () => void): HTMLElement {
  const side = (title: string, kind: string, at: number, who: string, source: string, data: Record<string, unknown>) =>
    h("div", { class: "side" }, h("h3", {}, title), h("p", {}, `${kind.replaceAll("_", " ")}: ${Object.entries(data).map(([k, v]) => `${k} ${shown(v)}`).join(", ")}`),
      h("p", { class: "none" }, `${minute(at)} · ${who} · ${source}`));
  const reason = h("input", { name: "reason", required: true, maxlength: 500 });
  const who = whoField(user);
  const decide = (choice: string) => async (event: Event) => {
    event.preventDefault();
    if (!reason.reportValidity() || !who.reportValidity()) return;
    try {
      const made = await post<{ written: unknown[] }>("/field/resolve", { conflict: c.id, choice, reason: reason.value, who: who.value });
      say(t("done", { n: made.written.length }));
      after();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      say(t("failed", { reason: `${error.message} (${error.hint})` }), true);
    }
  };
  return h("article", { class: `conflict ${c.state}`, id: c.id },
    h("div", { class: "head" }, h("strong", {}, c.deed.subject), h("span", {}, c.message)),
    h("div", { class: "sides" }, side(t("conflict.device"), c.deed.kind, c.deed.at, c.deed.who, c.deed.source, c.deed.data),
      c.standing ? side(t("conflict.stands"), c.standing.kind, c.standing.at, c.standing.who, c.standing.source, c.standing.data) : null),
    c.state === "open"
      ? h("form", {}, field(t("conflict.reason"), reason), field(t("sheet.who"), who),
        h("button", { type: "button", class: "keep", click: decide("keep") }, t("conflict.keep")),
        h("button", { type: "button", class: "replace", click: decide("replace") }, t("conflict.replace")))
      : h("p", { class: "closed" }, `${t(`choice.${c.choice ?? "keep"}`)}; ${t("conflict.resolved", { p: c.person ?? "", r: c.reason ?? "" })}`));
}
