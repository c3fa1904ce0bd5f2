// The words of this page join those of the watch.

import { LANGUAGES } from "../i18n";
import { en } from "./words.en";
import { ja } from "./words.ja";
import { ms } from "./words.ms";

export function addWords(): void {
  for (const [code, words] of Object.entries({ en, ja, ms })) Object.assign(LANGUAGES[code]?.words ?? {}, words);
}
