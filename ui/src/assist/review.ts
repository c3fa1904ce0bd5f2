// The yearly review to download or to read: a period, and the paper as HTML, PDF or a workbook, in the page's language.

import { h } from "../dom";
import { language } from "../i18n";
import { address } from "./api";
import { t } from "./words";

const FORMS = ["html", "pdf", "xlsx"];

/** The last two years and fiscal years of Japan (April to March), the one that ended last first. */
export function periods(now: Date): string[] {
  const year = now.getUTCFullYear();
  const fiscal = now.getUTCMonth() >= 3 ? year : year - 1;
  return [`FY${fiscal - 1}`, `FY${fiscal}`, String(year - 1), String(year)];
}

export function review(of: Record<string, string>): HTMLElement {
  const select = h("select", { name: "period", "aria-label": t("review.period"), change: () => fill() },
    ...periods(new Date()).map((p) => h("option", { value: p }, p)));
  const links = h("span", { class: "forms" });
  const fill = (): void => links.replaceChildren(...FORMS.map((form) => h("a", {
    class: "button", target: form === "html" ? "_blank" : undefined, download: form === "html" ? undefined : "",
    href: address("/review", { ...of, period: select.value, format: form, language: language() }),
  }, form.toUpperCase())));
  fill();
  return h("span", { class: "review", role: "group", "aria-label": t("review") }, h("span", {}, t("review")), select, links);
}
