// Words of the register's pages, in the language that the watch was set to.

import { language, type Words } from "../i18n";
import { en } from "./words.en";
import { ja } from "./words.ja";
import { ms } from "./words.ms";

const BOOKS: Record<string, Words> = { en, ms, ja };

/** The words for a key; `{name}` in them is filled from `values`; English where a language lacks them. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = BOOKS[language()]?.[key] ?? en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

/** A word that comes from the register (a state, a kind of fact), where there is one for it. */
export function word(group: string, value: string | null | undefined): string {
  if (!value) return "–";
  const key = `${group}.${value}`;
  return BOOKS[language()]?.[key] ?? en[key] ?? value.replaceAll("_", " ");
}

export function keysOf(code: string): string[] {
  return Object.keys(BOOKS[code] ?? {});
}
