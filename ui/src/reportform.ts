// Reports on paper from the page: what about, in which language, as a page to print or as a PDF. Loaded when it is opened.

import { h } from "./dom";
import { utcDate } from "./format";
import { LANGUAGES, language, t } from "./i18n";

export const REPORTS = ["day", "ship", "alert", "area"] as const;
export type Report = (typeof REPORTS)[number];

/** What there is to report about. */
export interface Subjects {
  ships: [string, string][];
  alerts: [string, string][];
  areas: [string, string][];
  nowMs: number;
}

const DAY_MS = 86_400_000;

/** `2026-11-27` as the day from 00 to 24 h UTC. */
function dayOf(text: string): [number, number] | null {
  const begin = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && Number.isFinite(begin) ? [begin, begin + DAY_MS] : null;
}

/** The address of a report. */
export function reportAddress(kind: Report, about: string, day: string, format: string, lang: string): string {
  const query = new URLSearchParams({ format, language: lang });
  const span = kind === "day" ? dayOf(day) : null;
  if (span) for (const [key, ms] of [["begin", span[0]], ["end", span[1]]] as const) query.set(key, String(ms));
  if (kind !== "day") query.set("about", about);
  return `api/report/${kind}?${query}`;
}

export function openReportForm(subjects: Subjects, kind: Report, about: string): void {
  document.querySelector("dialog.sheet")?.remove();
  const of = { day: [], ship: subjects.ships, alert: subjects.alerts, area: subjects.areas } as Record<Report, [string, string][]>;
  const kinds = h("select", { name: "kind" }, ...REPORTS.map((k) => h("option", { value: k, selected: k === kind, disabled: k !== "day" && of[k].length === 0 }, t(`report.${k}`))));
  const subject = h("select", { name: "about" });
  const day = h("input", { type: "date", name: "day", value: utcDate(subjects.nowMs - DAY_MS), max: utcDate(subjects.nowMs), required: true });
  const lang = h("select", { name: "language" }, ...Object.entries(LANGUAGES).map(([code, l]) => h("option", { value: code, selected: code === language(), lang: code }, l.name)));
  const format = h("select", { name: "format" }, h("option", { value: "html" }, t("report.html")), h("option", { value: "pdf" }, t("report.pdf")));
  const aboutRow = h("label", {}, h("span", {}, t("report.about")), subject), dayRow = h("label", {}, h("span", {}, t("report.date")), day);
  const said = h("p", { class: "report-said", role: "status" }), problem = h("p", { class: "problem", role: "alert" });
  const yes = h("button", { type: "submit", class: "yes" }, t("report.make"));
  const show = (): void => {
    const k = kinds.value as Report;
    aboutRow.hidden = k === "day";
    dayRow.hidden = k !== "day";
    day.disabled = k !== "day";
    subject.replaceChildren(...of[k].map(([id, name]) => h("option", { value: id, selected: id === about }, name)));
  };
  kinds.addEventListener("change", show);
  show();
  const form = h("form", { method: "dialog" }, h("h2", { id: "report-title" }, t("report")),
    h("label", {}, h("span", {}, t("report.kind")), kinds), aboutRow, dayRow,
    h("label", {}, h("span", {}, t("report.language")), lang), h("label", {}, h("span", {}, t("report.format")), format), said, problem,
    h("div", { class: "sheet-buttons" }, h("button", { type: "button", class: "no", click: () => dialog.close() }, t("card.close")), yes));
  const dialog = h("dialog", { class: "sheet report", "aria-labelledby": "report-title" }, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const k = kinds.value as Report;
    yes.disabled = true;
    problem.textContent = "";
    said.replaceChildren(t("report.making"));
    void made(reportAddress(k, subject.value, day.value, format.value, lang.value)).then((file) => {
      const name = `selat-${k}.${format.value}`;
      const save = h("a", { class: "button save", href: file, download: name }, t("report.save"));
      const open = h("a", { class: "button open", href: file, target: "_blank", rel: "noopener" }, t("report.open"));
      said.replaceChildren(t("report.made"), " ", open, " ", save);
      if (format.value === "pdf") save.click();
      (format.value === "pdf" ? save : open).focus();
    }, (error: unknown) => {
      said.replaceChildren();
      problem.textContent = t("alert.failed", { reason: error instanceof Error ? error.message : String(error) });
    }).finally(() => (yes.disabled = false));
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  kinds.focus();
}

/** Asks for a report; the address of what came, good until the page is left. */
async function made(address: string): Promise<string> {
  const answer = await fetch(address);
  if (!answer.ok) {
    const said = (await answer.json().catch(() => ({}))) as { error?: string; hint?: string };
    throw new Error([said.error ?? String(answer.status), said.hint].filter(Boolean).join(": "));
  }
  return URL.createObjectURL(await answer.blob());
}
