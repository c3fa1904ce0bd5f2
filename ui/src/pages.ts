// The ways from any page to the others: the same names on all of them.

import { h } from "./dom";
import { language } from "./i18n";

const PAGES = ["watch", "statistics", "fleet", "rescue", "assist", "field"] as const;
export type Page = (typeof PAGES)[number];

const WORDS: Record<string, Record<Page, string>> = {
  en: { watch: "Watch", statistics: "Statistics", fleet: "Fleet", rescue: "Rescue", assist: "Equipment", field: "Pier" },
  ms: { watch: "Pengawasan", statistics: "Statistik", fleet: "Armada", rescue: "Menyelamat", assist: "Peralatan", field: "Jeti" },
  ja: { watch: "監視", statistics: "統計", fleet: "船舶一覧", rescue: "捜索救助", assist: "供与機材", field: "埠頭" },
};

export function pageName(page: Page): string {
  return (WORDS[language()] ?? WORDS.en!)[page];
}

/** A link to each page but, where `here` is given and `others` is asked, the one that is shown. */
export function pageLinks(here: Page, others = false): HTMLElement[] {
  return PAGES.filter((page) => !(others && page === here)).map((page) => h("a", {
    href: page === "watch" ? "./" : page, class: page === here ? "on" : "", "aria-current": page === here ? "page" : undefined,
  }, pageName(page)));
}
