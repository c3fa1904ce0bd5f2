// Help: keys as they are now, symbols, language.

import { h } from "./dom";
import { LINES } from "./keys";
import { keysOf, shownKey } from "./keymap";
import { recall, remember } from "./settings";
import { LANGUAGES, language, t } from "./i18n";
import { SHAPES, shapeIcon } from "./shapes";

/** The keys of a line; of the nine views the first and the last. */
function keysOfLine(line: (typeof LINES)[number]): string[] {
  const some = line.deeds.filter((d) => !/^view-[2-8]$/.test(d.id));
  return some.flatMap((d) => keysOf(d.id).slice(0, 1)).map(shownKey);
}

export function buildHelp(dialog: HTMLDialogElement, onLanguage: (code: string) => void, onKeys: () => void): void {
  const choice = h("select", { "aria-label": t("help.language") });
  for (const [code, entry] of Object.entries(LANGUAGES)) {
    choice.append(h("option", { value: code, selected: code === language() }, entry.name));
  }
  choice.addEventListener("change", () => onLanguage(choice.value));
  const who = h("input", { type: "text", maxlength: 40, value: recall("who") ?? "" });
  who.addEventListener("change", () => remember("who", who.value.trim()));
  dialog.setAttribute("aria-labelledby", "help-title");
  dialog.replaceChildren(
    h("div", { class: "panel-head" }, h("h2", { id: "help-title" }, t("help")),
      h("button", { type: "button", class: "own-keys", click: onKeys }, t("keys.open")),
      h("button", { type: "button", class: "close", "aria-label": t("card.close"), click: () => dialog.close() }, "×")),
    h("div", { class: "help-columns" },
      h("section", {}, h("h3", {}, t("help.keys")),
        h("dl", {}, ...LINES.flatMap((line) => [h("dt", {}, ...keysOfLine(line).map((k) => h("kbd", {}, k))), h("dd", {}, t(line.text))]))),
      h("section", {}, h("h3", {}, t("help.symbols")),
        h("ul", {}, ...SHAPES.map((key) => {
          const item = h("li", {}, h("span", {}, t(key)));
          item.prepend(shapeIcon(key));
          return item;
        })))),
    h("p", {}, t("help.honest")),
    h("div", { class: "help-row" }, h("label", {}, `${t("help.language")} `, choice), h("label", {}, `${t("help.who")} `, who)),
  );
}
