// Words of the page on the pier; what it shares with the register's page comes from there.

import { language, type Words } from "../i18n";
import { t as shared } from "../assist/words";
import { en } from "./words.en";
import { ja } from "./words.ja";
import { ms } from "./words.ms";

const BOOKS: Record<string, Words> = { en, ms, ja };

export function t(key: string, values: Record<string, string | number> = {}): string {
  const text = BOOKS[language()]?.[key] ?? en[key];
  if (text === undefined) return shared(key, values);
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}
