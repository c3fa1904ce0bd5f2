// Small forms over the page: a title, fields, what went wrong, and two buttons. One at a time; Escape gives up.

import { h } from "./dom";
import { t } from "./i18n";

export interface Field {
  name: string;
  label: string;
  /** The element with the value. */
  input: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
}

export function text(name: string, label: string, value = "", more: Record<string, string | number | boolean> = {}): Field {
  return { name, label, input: h("input", { type: "text", name, value, maxlength: 200, autocomplete: "off", ...more }) };
}

export function choice(name: string, label: string, options: [string, string][], value = ""): Field {
  const input = h("select", { name }, ...options.map(([key, words]) => h("option", { value: key, selected: key === value }, words)));
  return { name, label, input };
}

export function tick(name: string, label: string, on: boolean): Field {
  return { name, label, input: h("input", { type: "checkbox", name, checked: on }) };
}

/** Asks; `done` sends what was given and returns what went wrong. The form stays until it went well or is given up. */
export function ask(
  title: string, about: string, fields: Field[], yes: string, done: (given: Record<string, string>) => Promise<string>,
): HTMLDialogElement {
  document.querySelector("dialog.sheet")?.remove();
  const problem = h("p", { class: "problem", role: "alert" });
  const form = h("form", { method: "dialog" },
    h("h2", {}, title), about ? h("p", { class: "about" }, about) : null,
    ...fields.map((f) => f.input instanceof HTMLInputElement && f.input.type === "checkbox"
      ? h("label", { class: "tick" }, f.input, h("span", {}, f.label)) : h("label", {}, h("span", {}, f.label), f.input)),
    problem,
    h("div", { class: "sheet-buttons" },
      h("button", { type: "button", class: "no", click: () => dialog.close() }, t("form.no")), h("button", { type: "submit", class: "yes" }, yes)));
  const dialog = h("dialog", { class: "sheet" }, form);
  const given = () => Object.fromEntries(fields.map((f) =>
    [f.name, f.input instanceof HTMLInputElement && f.input.type === "checkbox" ? (f.input.checked ? "1" : "") : f.input.value.trim()]));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    problem.textContent = "";
    void done(given()).then((wrong) => {
      if (wrong) problem.textContent = t("alert.failed", { reason: wrong });
      else dialog.close();
    });
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  (fields.find((f) => f.input.matches("[data-first]")) ?? fields[0])?.input.focus();
  return dialog;
}
