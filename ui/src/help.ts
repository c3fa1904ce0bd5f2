// Help: keys, symbols, language.

import { h } from "./dom";
import { KEYS } from "./keys";
import { recall, remember } from "./settings";
import { LANGUAGES, language, t } from "./i18n";

const SHAPES: [string, string][] = [
  ["shape.a", "M8 1 13 15 8 12.5 3 15Z"], ["shape.b", "M8 3 12 13 8 11.2 4 13Z"],
  ["shape.moored", "M8 4a4 4 0 1 0 .01 0Z"], ["shape.base", "M3.5 3.5h9v9h-9Z"], ["shape.aton", "M8 2 14 8 8 14 2 8Z"],
  ["shape.sar", "M8 2a6 6 0 1 0 .01 0ZM8 2v12M2 8h12"], ["shape.lost", "M8 1 13 15 8 12.5 3 15ZM2 2 14 14"],
];
const FILLED = new Set(["shape.a", "shape.b"]);

function icon(key: string, path: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  const shape = document.createElementNS(space, "path");
  shape.setAttribute("d", path);
  shape.setAttribute("class", FILLED.has(key) ? "filled" : "hollow");
  svg.append(shape);
  return svg;
}

export function buildHelp(dialog: HTMLDialogElement, onLanguage: (code: string) => void): void {
  const choice = h("select", { "aria-label": t("help.language") });
  for (const [code, entry] of Object.entries(LANGUAGES)) {
    choice.append(h("option", { value: code, selected: code === language() }, entry.name));
  }
  choice.addEventListener("change", () => onLanguage(choice.value));
  const who = h("input", { type: "text", maxlength: 40, value: recall("who") ?? "" });
  who.addEventListener("change", () => remember("who", who.value.trim()));
  dialog.replaceChildren(
    h("div", { class: "panel-head" }, h("h2", {}, t("help")),
      h("button", { type: "button", class: "close", "aria-label": t("card.close"), click: () => dialog.close() }, "×")),
    h("div", { class: "help-columns" },
      h("section", {}, h("h3", {}, t("help.keys")),
        h("dl", {}, ...KEYS.flatMap((key) => [h("dt", {}, ...key.shown.split(" ").map((k) => h("kbd", {}, k))), h("dd", {}, t(key.text))]))),
      h("section", {}, h("h3", {}, t("help.symbols")),
        h("ul", {}, ...SHAPES.map(([key, path]) => {
          const item = h("li", {}, h("span", {}, t(key)));
          item.prepend(icon(key, path));
          return item;
        })))),
    h("p", {}, t("help.honest")),
    h("div", { class: "help-row" }, h("label", {}, `${t("help.language")} `, choice), h("label", {}, `${t("help.who")} `, who)),
  );
}
