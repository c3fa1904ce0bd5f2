// Entries from a spreadsheet: looked at first, wrong rows named by sheet and row, good ones offered.

import { h } from "../dom";
import { address, post, Refused } from "./api";
import { field, table, whoField } from "./bits";
import { say } from "./say";
import { t } from "./words";

type Told = { written: number; good: number; bad: number; rows: { sheet: string; row: number; message: string; hint: string }[] };

export function sheetPage(user: string | null): HTMLElement {
  const file = h("input", { type: "file", accept: ".xlsx,.csv,.json", required: true, name: "file" });
  const who = whoField(user);
  const told = h("div", { class: "told", "aria-live": "polite" });
  const send = async (step: "look" | "write" | "good"): Promise<void> => {
    const chosen = file.files?.[0];
    if (!chosen) return;
    told.replaceChildren(h("p", {}, t("loading")));
    try {
      const query = { name: chosen.name, who: who.value, ...(step === "look" ? { dry: 1 } : step === "good" ? { good: 1 } : {}) };
      show(told, await post<Told>("/sheets", chosen, query), step, send);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      told.replaceChildren(h("p", { class: "trouble" }, t("failed", { reason: `${error.message} (${error.hint})` })));
    }
  };
  return h("div", { class: "sheet" }, h("h1", {}, t("nav.sheet")), h("p", {}, t("sheet.how")),
    h("p", {}, h("a", { class: "button", href: address("/export.template.xlsx"), download: "" }, t("sheet.template"))),
    h("form", { submit: (event: Event) => { event.preventDefault(); void send("look"); } },
      field(t("sheet.choose"), file), field(t("sheet.who"), who), h("button", { type: "submit" }, t("sheet.look"))),
    told);
}

function show(place: HTMLElement, told: Told, step: string, send: (step: "write" | "good") => Promise<void>): void {
  if (step !== "look") say(t("done", { n: told.written }));
  const rest = told.bad - told.rows.length;
  place.replaceChildren(
    h("p", { class: "good" }, step === "look" ? t("sheet.good", { n: told.good.toLocaleString("en") }) : t("done", { n: told.written })),
    told.bad ? h("p", { class: "trouble" }, t("sheet.bad", { n: told.bad.toLocaleString("en") })) : "",
    told.bad ? table([t("sheet.sheet"), t("sheet.row"), t("sheet.wrong"), t("sheet.hint")],
      told.rows.map((r) => [r.sheet, String(r.row), r.message, r.hint]), "wrong") : "",
    rest > 0 ? h("p", {}, t("sheet.more", { n: rest })) : "",
    step === "look" && told.good
      ? h("button", { type: "button", class: "write", click: () => void send(told.bad ? "good" : "write") },
        told.bad ? t("sheet.writegood", { n: told.good.toLocaleString("en") }) : t("sheet.write"))
      : "");
}
