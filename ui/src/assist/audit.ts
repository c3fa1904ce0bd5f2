// The auditor's page: whether the log is whole, a sample by a published seed, the chain of an item with hashes.

import { h } from "../dom";
import { get, part } from "./api";
import { field, link, minute, section, shown, table } from "./bits";
import { t, word } from "./words";

type Head = { entries: number; head: string; first_break: number | null };
type Entry = {
  n: number; hash: string; kind: string; subject: string; at: number; who: string; source: string; data: Record<string, unknown>;
  papers: { document: string; sha256: string | null }[];
};
type Chain = { item: string; steps: { step: string; entries: Entry[] }[]; missing: string[]; custody_gaps: { from: number; to: number; why: string }[]; entries: number; head: string };

const MOST = 40;

export async function auditPage(): Promise<HTMLElement> {
  const told = await get<Head>("/audit");
  const seed = h("input", { name: "seed", required: true, maxlength: 200, value: "" });
  const size = h("input", { name: "size", type: "number", min: 1, max: 10000, value: 5 });
  const out = h("div", { "aria-live": "polite" });
  const draw = async (): Promise<void> => {
    const found = await get<{ items: string[] }>("/sample", { seed: seed.value, size: size.value });
    out.replaceChildren(h("ol", { class: "sample" }, ...found.items.map((i) => h("li", {}, link(`#/audit/${part(i)}`, i)))));
  };
  return h("div", { class: "audit" }, h("h1", {}, t("nav.audit")),
    h("p", {}, t("audit.head", { n: told.entries.toLocaleString("en"), h: "" }), h("code", {}, told.head || "–")),
    h("p", { class: told.first_break === null ? "good" : "trouble" },
      told.first_break === null ? t("audit.whole") : t("audit.broken", { n: told.first_break })),
    h("form", { submit: (event: Event) => { event.preventDefault(); void draw(); } },
      field(t("audit.seed"), seed), field(t("audit.size"), size), h("button", { type: "submit" }, t("audit.draw"))), out);
}

export async function chainPage(id: string): Promise<HTMLElement> {
  const chain = await get<Chain>(`/chain/${part(id)}`);
  return h("div", { class: "audit chain" }, h("h1", {}, t("audit.chain", { i: id })),
    h("p", {}, link(`#/item/${part(id)}`, id), " · ", t("audit.head", { n: chain.entries.toLocaleString("en"), h: "" }), h("code", {}, chain.head)),
    section(t("audit.missing"), chain.missing.length
      ? h("ul", { class: "missing" }, ...chain.missing.map((m) => h("li", {}, word("missing", m)))) : h("p", { class: "good" }, t("audit.nothing"))),
    chain.custody_gaps.length ? section(t("audit.gaps"), h("ul", { class: "missing" }, ...chain.custody_gaps.map((g) =>
      h("li", {}, t("gap.row", { f: minute(g.from), t: minute(g.to), w: t(`gap.${g.why}`) }))))) : null,
    ...chain.steps.map((s) => section(`${t(`step.${s.step}`)} (${s.entries.length})`, table([t("entry", { n: "" }), t("when"), t("value"), t("who"), t("hash")],
      s.entries.slice(-MOST).reverse().map((e) => [
        String(e.n), minute(e.at), h("span", {}, `${e.kind.replaceAll("_", " ")}: `, Object.entries(e.data).filter(([k]) => k !== "cells").map(([k, v]) => `${k} ${shown(v)}`).join(", "),
          ...e.papers.map((p) => h("div", { class: "paper" }, `${p.document}: `, h("code", {}, p.sha256 ?? "–")))),
        `${e.who}; ${e.source}`, h("code", { title: e.hash }, e.hash.slice(0, 16)),
      ]), "chain"))));
}
