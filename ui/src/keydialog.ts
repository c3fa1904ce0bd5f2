// The form in which people give deeds other keys. It is loaded when it is opened.

import { send } from "./deeds";
import { h } from "./dom";
import { t } from "./i18n";
import { type Deed, LINES } from "./keys";
import { changed, chosenKeys, keysOf, nameOfPress, refusal, reset, setKey, shownKey } from "./keymap";
import { keyWord } from "./keywords";
import { KEYS_HERE } from "./settings";

/** Keeps the keys with the sea, or in this browser where nothing may be kept; what went wrong, or nothing. */
async function keep(may: boolean): Promise<string> {
  const value = chosenKeys();
  if (may) return send("PUT", "kept/keys/watch", { value });
  try {
    localStorage.setItem(KEYS_HERE, JSON.stringify(value));
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `may`: keys may be kept with the sea; `told`: keys are others now, everything that names one says it anew. */
export function openKeyDialog(may: boolean, told: () => void): void {
  document.querySelector("dialog.sheet")?.remove();
  const problem = h("p", { class: "problem", role: "alert" });
  const list = h("ul", { class: "key-list" });
  let asked: Deed | null = null;

  const done = async (id: string): Promise<void> => {
    asked = null;
    problem.textContent = "";
    told();
    fill(id);
    const wrong = await keep(may);
    problem.textContent = wrong ? t("alert.failed", { reason: wrong }) : "";
  };
  const ask = (deed: Deed): void => {
    asked = deed;
    problem.textContent = "";
    fill(deed.id);
  };
  const row = (deed: Deed): HTMLElement => {
    const name = keyWord(deed.id), keys = keysOf(deed.id);
    const now = asked === deed ? t("keys.press") : keys.length > 0 ? keys.map(shownKey).join(" ") : t("keys.none");
    return h("li", { "data-deed": deed.id, class: changed(deed.id) ? "changed" : "" }, h("span", {}, name),
      h("button", { type: "button", class: `set${asked === deed ? " asked" : ""}`, "aria-label": `${name}: ${now}. ${t("keys.change")}`,
        click: () => ask(deed) }, now),
      h("button", { type: "button", class: "none", "aria-label": `${name}: ${t("keys.without")}`, title: t("keys.without"), disabled: keys.length === 0, click: () => {
        setKey(deed.id, null);
        void done(deed.id);
      } }, "×"),
      h("button", { type: "button", class: "usual", "aria-label": `${name}: ${t("keys.usual")}`, title: t("keys.usual"), disabled: !changed(deed.id), click: () => {
        reset(deed.id);
        void done(deed.id);
      } }, "↺"));
  };
  const fill = (at?: string): void => {
    const top = list.scrollTop;
    list.replaceChildren(...LINES.flatMap((line) => line.deeds.filter((d) => !d.fixed)).map(row));
    list.scrollTop = top;
    if (at) list.querySelector<HTMLElement>(`[data-deed="${at}"] .set`)?.focus({ preventScroll: true });
  };
  const dialog = h("dialog", { class: "sheet keys", "aria-labelledby": "keys-title" }, h("h2", { id: "keys-title" }, t("keys")),
    h("p", { class: "about" }, t(may ? "keys.about" : "keys.aboutHere")), problem, list,
    h("div", { class: "sheet-buttons" },
      h("button", { type: "button", class: "all", click: () => {
        reset();
        void done("search");
      } }, t("keys.allUsual")),
      h("button", { type: "button", class: "no", click: () => dialog.close() }, t("card.close"))));
  dialog.addEventListener("keydown", (event) => {
    if (!asked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (["Shift", "Control", "Alt", "Meta", "AltGraph"].includes(event.key)) return; // part of what is being pressed
    event.preventDefault();
    event.stopPropagation();
    const deed = asked;
    if (event.key === "Escape" || event.key === "Tab") {
      asked = null;
      fill(deed.id);
      return;
    }
    const key = nameOfPress(event);
    const no = refusal(deed.id, key);
    if (no) {
      problem.textContent = no.why === "taken" ? t("keys.taken", { key: shownKey(key), what: keyWord(no.by) }) : t("keys.never", { key: shownKey(key) });
      return;
    }
    setKey(deed.id, key);
    void done(deed.id);
  }, true);
  dialog.addEventListener("cancel", (event) => asked && event.preventDefault());
  dialog.addEventListener("close", () => dialog.remove());
  fill();
  document.body.append(dialog);
  dialog.showModal();
  list.querySelector<HTMLElement>(".set")?.focus();
}
