// Words of the page. A missing word falls back to English, and `t` of an unknown key shows the key.

import { en } from "./words.en";
import { ja } from "./words.ja";
import { ms } from "./words.ms";

export type Words = Record<string, string>;
export const LANGUAGES: Record<string, { name: string; words: Words }> = {
  en: { name: "English", words: en },
  ms: { name: "Bahasa Melayu", words: ms },
  ja: { name: "日本語", words: ja },
};

let chosen = "en";

export function setLanguage(code: string): void {
  chosen = code in LANGUAGES ? code : "en";
  document.documentElement.lang = chosen;
}

export function language(): string {
  return chosen;
}

/** The words for a key; `{name}` in them is filled from `values`. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = LANGUAGES[chosen]?.words[key] ?? en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}
