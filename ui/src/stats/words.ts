// Words of the statistics page and the fleet table; those of ships and types are the watch page's.

import { language, t as common, type Words } from "../i18n";
import { en } from "./words.en";
import { ja } from "./words.ja";
import { ms } from "./words.ms";

const BOOKS: Record<string, Words> = { en, ms, ja };

/** The words for a key; `{name}` in them is filled from `values`; the watch page's where these books lack them. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = BOOKS[language()]?.[key] ?? en[key];
  if (text === undefined) return common(key, values);
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}
