// What the pages beside the watch share: the bar with the other pages, language, palette, who is logged in.

import { h, must } from "../dom";
import { LANGUAGES, language, setLanguage } from "../i18n";
import { applyPalette, currentPalette, isPalette, paletteAfter } from "../palette";
import { type Page, pageLinks, pageName } from "../pages";
import { recall, remember } from "../settings";
import { t } from "./words";

interface About {
  title: string;
  user?: { name: string };
}

/** Language and palette as the address or this browser has them; then the bar. `changed`: they were changed. */
export function shell(here: Page, changed: () => void, tools: () => (HTMLElement | null)[] = () => []): void {
  setLanguage(recall("lang") ?? "en");
  const asked = recall("palette");
  applyPalette(isPalette(asked) ? asked : "night");
  let about: About | null = null;
  const draw = (): void => {
    bar(here, about, tools(), () => {
      draw();
      changed();
    });
    document.title = `${pageName(here)} – ${about?.title ?? "selat"}`;
  };
  draw();
  void fetch("api/about").then(async (answer) => {
    if (answer.status === 401) location.assign("login");
    if (!answer.ok) return;
    about = (await answer.json()) as About;
    draw();
  });
  addEventListener("keydown", (event) => {
    if (plainKey(event).toLowerCase() !== "d") return;
    applyPalette(paletteAfter(currentPalette(), event.shiftKey ? -1 : 1));
    draw();
    changed();
  });
}

/** The key that was pressed for the page as a whole; empty where somebody types or a browser's own key was meant. */
export function plainKey(event: KeyboardEvent): string {
  const target = event.target as HTMLElement;
  const typed = target.tagName === "TEXTAREA" || target.tagName === "SELECT" ||
    (target.tagName === "INPUT" && (target as HTMLInputElement).type !== "checkbox");
  return event.ctrlKey || event.metaKey || event.altKey || typed ? "" : event.key;
}

function bar(here: Page, about: About | null, tools: (HTMLElement | null)[], changed: () => void): void {
  const languages = h("select", { name: "language", "aria-label": t("language"), change: () => {
    setLanguage(languages.value);
    remember("lang", languages.value);
    changed();
  } }, ...Object.entries(LANGUAGES).map(([code, l]) => h("option", { value: code, selected: code === language() }, l.name)));
  must("bar").replaceChildren(
    h("strong", { class: "title" }, about?.title ?? "selat"),
    h("nav", { class: "pages", "aria-label": t("nav") }, ...pageLinks(here)),
    h("span", { class: "space" }), ...tools.filter((x) => x !== null), languages,
    h("button", { type: "button", title: t("palette"), "aria-label": t("palette"), click: () => {
      applyPalette(paletteAfter(currentPalette(), 1));
      changed();
    } }, "◐"),
    about?.user ? h("form", { method: "post", action: "logout" }, h("button", { type: "submit", title: t("logout") }, `⏏ ${about.user.name}`)) : "");
}

/** Hands a file to whoever looks at the page. */
export function save(name: string, type: string, ...parts: BlobPart[]): void {
  const address = URL.createObjectURL(new Blob(parts, { type }));
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A row of a CSV file (RFC 4180); a text that a spreadsheet would run as a formula gets a ' in front. */
export function csvRow(cells: readonly (string | number | null | undefined)[]): string {
  return `${cells.map((cell) => {
    if (cell === null || cell === undefined || (typeof cell === "number" && !Number.isFinite(cell))) return "";
    const text = typeof cell === "string" && /^[=+\-@'\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }).join(",")}\r\n`;
}
