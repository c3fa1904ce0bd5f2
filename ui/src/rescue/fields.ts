// Fields of forms: a label, what is typed, and below it the error with its remedy.

import { h } from "../dom";
import { t } from "../i18n";
import type { FieldError, Row } from "./api";

type Change = () => void;

export interface Spec {
  key: string;
  kind?: "text" | "lines" | "choice" | "check" | "time";
  /** Shown in an empty field: an example, the same in all languages. */
  example?: string;
  choices?: () => [string, string][];
  /** Suggestions, by the id of a datalist. */
  list?: string;
  wide?: boolean;
  numeric?: boolean;
}

/** One field bound to a key of a row. Its path names it in errors. */
export function field(spec: Spec, row: Row, path: string, word: string, changed: Change): HTMLElement {
  const id = `f-${path.replace(/\W/g, "-")}`;
  const value = String(row[spec.key] ?? "");
  const attributes = { id, name: path, "aria-describedby": `${id}-e`, autocomplete: "off" };
  let input: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
  if (spec.kind === "choice") {
    const some = (spec.choices ?? (() => []))();
    input = h("select", attributes, ...some.map(([v, text]) => h("option", { value: v, selected: v === value }, text)));
    if (!(spec.key in row) && some[0]) row[spec.key] = input.value;
  } else if (spec.kind === "lines") {
    input = h("textarea", { ...attributes, rows: 2, spellcheck: "false", placeholder: spec.example ?? "" }, value);
  } else if (spec.kind === "check") {
    input = h("input", { ...attributes, type: "checkbox", checked: row[spec.key] === true });
  } else {
    input = h("input", { ...attributes, type: "text", value, placeholder: spec.example ?? "", list: spec.list,
      inputmode: spec.numeric ? "decimal" : undefined, spellcheck: "false", maxlength: 400 });
  }
  input.addEventListener("input", () => {
    row[spec.key] = spec.kind === "check" ? (input as HTMLInputElement).checked : input.value;
    changed();
  });
  const classes = ["field", spec.wide ? "wide" : "", spec.kind === "check" ? "check" : ""].filter(Boolean).join(" ");
  const now = spec.kind === "time" ? h("button", {
    type: "button", class: "now", tabindex: -1, "aria-label": `${word}: ${t("r.now")}`, click: () => {
      (input as HTMLInputElement).value = nowText();
      input.dispatchEvent(new Event("input"));
    },
  }, t("r.now")) : null;
  return h("div", { class: classes, "data-path": path }, h("span", { class: "named" }, h("label", { for: id }, word), now),
    h("span", { class: "typed" }, input), h("p", { class: "error", id: `${id}-e`, hidden: true }));
}

export function nowText(): string {
  return `${new Date().toISOString().slice(0, 16)}Z`;
}

/** Shows errors at their fields; those without a field are given back. */
export function showErrors(root: HTMLElement, errors: FieldError[], only: (path: string) => boolean = () => true): FieldError[] {
  for (const box of root.querySelectorAll<HTMLElement>(".field.wrong")) box.classList.remove("wrong");
  for (const p of root.querySelectorAll<HTMLElement>(".error")) p.hidden = true;
  const left: FieldError[] = [];
  for (const e of errors) {
    if (!only(e.field)) continue;
    const box = [...root.querySelectorAll<HTMLElement>("[data-path]")].find((b) => b.dataset.path === e.field);
    const spot = box?.querySelector<HTMLElement>(".error");
    if (!box || !spot) {
      left.push(e);
      continue;
    }
    box.classList.add("wrong");
    box.closest("details")?.setAttribute("open", "");
    spot.hidden = false;
    spot.textContent = sentence(e);
    box.querySelector("input, textarea, select")?.setAttribute("aria-invalid", "true");
  }
  for (const ok of root.querySelectorAll(".field:not(.wrong) [aria-invalid]")) ok.removeAttribute("aria-invalid");
  return left;
}

/** An error and its remedy as two sentences. */
export function sentence(e: { error: string; hint: string }): string {
  const begin = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
  return e.hint ? `${begin(e.error)}. ${begin(e.hint)}.` : `${begin(e.error)}.`;
}

export function focusFirstError(root: HTMLElement): void {
  root.querySelector<HTMLElement>(".field.wrong input, .field.wrong textarea, .field.wrong select")?.focus();
}

export function button(text: string, action: () => void, more: Record<string, string | boolean> = {}): HTMLButtonElement {
  return h("button", { type: "button", click: action, ...more }, text);
}
