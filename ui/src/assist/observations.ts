// Observations: questions with their answers; closed only with a reason, a person and a paper.

import { h } from "../dom";
import { post, Refused, type Observation } from "./api";
import { chip, day, field, link, now, whoField } from "./bits";
import { say } from "./say";
import { t, word } from "./words";

export function observationList(rows: Observation[], tier: string, user: string | null): HTMLElement {
  return h("div", { class: "observations" }, h("p", { class: "none" }, t("obs.question")), ...rows.map((o) => one(o, tier, user)));
}

function one(o: Observation, tier: string, user: string | null): HTMLElement {
  const open = o.state === "open";
  return h("article", { class: `observation ${o.state}`, id: o.id, tabindex: 0 },
    h("div", { class: "head" }, chip(o.check, "check"), h("strong", {}, o.target.startsWith("OSA") ? o.target : link(`#/item/${encodeURIComponent(o.target)}`, o.target)),
      chip(word("os", o.state), o.state), h("time", {}, day(o.made))),
    h("p", {}, o.sentence),
    o.evidence ? h("details", {}, h("summary", {}, t("evidence")), h("pre", {}, JSON.stringify(o.evidence, null, 1))) : null,
    ...o.answers.map(([at, who, text, document]) => h("blockquote", {}, text, h("footer", {}, `${who}, ${day(at)}${document ? `, ${document}` : ""}`))),
    open ? null : h("p", { class: "closed" }, t("obs.closed", { p: o.person ?? "", r: o.reason ?? "" }), o.document ? ` (${o.document})` : ""),
    open && tier !== "public" ? forms(o, tier, user) : null);
}

function forms(o: Observation, tier: string, user: string | null): HTMLElement {
  const text = h("textarea", { name: "text", required: true, maxlength: 2000, rows: 2 });
  const paper = h("input", { name: "document", maxlength: 200 });
  const who = whoField(user);
  const answer = h("form", {
    class: "answer", submit: (event: Event) => {
      event.preventDefault();
      void write("answer", o.id, { text: text.value, ...(paper.value ? { document: paper.value } : {}) }, who.value);
    },
  }, field(t("obs.text"), text), field(t("obs.document"), paper), field(t("sheet.who"), who), h("button", { type: "submit" }, t("obs.answer")));
  const reason = h("input", { name: "reason", required: true, maxlength: 500 });
  const person = h("input", { name: "person", required: true, maxlength: 80, value: user ?? "" });
  const proof = h("input", { name: "document", required: true, maxlength: 200 });
  const close = h("form", {
    class: "close", submit: (event: Event) => {
      event.preventDefault();
      void write("close", o.id, { reason: reason.value, person: person.value, document: proof.value }, person.value);
    },
  }, field(t("obs.reason"), reason), field(t("obs.person"), person), field(t("obs.document"), proof), h("button", { type: "submit" }, t("obs.close")));
  const kinds = tier === "donor" ? [close, answer] : tier === "auditor" ? [answer] : user === null ? [answer, close] : [answer];
  return h("div", { class: "forms" }, ...kinds.map((form) => h("details", {}, h("summary", {}, t(form === answer ? "obs.answer" : "obs.close")), form)));
}

async function write(kind: string, subject: string, data: Record<string, string>, who: string): Promise<void> {
  try {
    const made = await post<{ written: unknown[] }>("/deeds", { who, source: "page", deeds: [{ kind, subject, at: now(), data }] });
    say(t("done", { n: made.written.length }));
    dispatchEvent(new Event("hashchange"));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(t("failed", { reason: `${error.message} (${error.hint})` }), true);
  }
}
