// The register's page: where one is stands after the # of the address; every place can be linked to.

import "../palettes.css";
import "./assist.css";
import { h, must } from "../dom";
import { LANGUAGES, language, setLanguage } from "../i18n";
import { applyPalette, currentPalette, isPalette, paletteAfter } from "../palette";
import { pageLinks } from "../pages";
import { recall, remember } from "../settings";
import { get, part, Refused, seeAs, type Due, type Observation, type Start } from "./api";
import { auditPage, chainPage } from "./audit";
import { capabilityPage } from "./capability";
import { conflictsPage } from "./conflicts";
import { countryPage, dueTable } from "./country";
import { mapPage } from "./map";
import { observationList } from "./observations";
import { itemPage, programmePage } from "./programme";
import { say } from "./say";
import { sheetPage } from "./sheets";
import { t, word } from "./words";

const TIERS: Record<string, string[]> = {
  recipient: ["recipient", "donor", "public", "auditor"], auditor: ["auditor", "donor", "public"], donor: ["donor", "public"], public: ["public"],
};
let start: Start | null = null;
let drawn = 0;

function parts(): string[] {
  return location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
}

async function page(): Promise<HTMLElement> {
  if (!start) throw new Error("nothing was asked yet");
  const [what = "", ...rest] = parts();
  const id = rest.join("/");
  const user = start.user;
  if (what === "country" && id) return countryPage(id);
  if (what === "programme" && id) return programmePage(id, user);
  if (what === "capability" && id) return capabilityPage(id, user);
  if (what === "item" && id) return itemPage(id, user);
  if (what === "due") {
    const { due } = await get<{ due: Due[] }>("/due");
    return h("div", {}, h("h1", {}, t("nav.due")), dueTable(due));
  }
  if (what === "observations") {
    const { observations } = await get<{ observations: Observation[] }>("/observations");
    return h("div", {}, h("h1", {}, t("nav.observations")), observationList(observations, start.shown, user));
  }
  if (what === "sheet") return sheetPage(user);
  if (what === "map") return mapPage(start.shown);
  if (what === "conflicts") return conflictsPage(user);
  if (what === "audit") return id ? chainPage(id) : auditPage();
  if (!start.countries.length) return h("div", {}, h("h1", {}, t("title")), h("p", {}, t("empty")));
  return countryPage(recall("country") ?? (start.countries.find((c) => c.country === "MY") ?? start.countries[0])?.country ?? "");
}

async function draw(): Promise<void> {
  const turn = ++drawn;
  const place = must("page");
  let made: HTMLElement;
  try {
    start = await get<Start>("");
    made = await page();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 401) location.assign("login");
    made = h("p", { class: "trouble" }, error.status === 501 ? t("no.register") : t("failed", { reason: `${error.message} ${error.hint}` }));
  }
  if (turn !== drawn) return;
  frame();
  place.replaceChildren(...(start?.examples.length ? [example(start.examples)] : []), made);
  document.title = `${made.querySelector("h1")?.textContent ?? "selat"} – selat`;
  const [what, ...rest] = parts();
  if (what === "observations" && rest.length) document.getElementById(rest.join("/"))?.scrollIntoView();
  else place.scrollTo(0, 0);
  if (what === "country") remember("country", rest.join("/"));
  document.documentElement.dataset.drawn = String(turn);
}

/** What is made up says so on every page, in every tier. */
function example(ids: string[]): HTMLElement {
  return h("p", { class: "example", role: "note" }, h("strong", {}, t("example")), " ", t("example.text"), " ",
    ...ids.flatMap((id) => [h("a", { href: `#/programme/${part(id)}` }, id), " "]));
}

function frame(): void {
  bar();
  if (!start) return;
  const here = parts();
  const entry = (hash: string, text: string, on: boolean, more: string | null = null) =>
    h("a", { href: hash, class: on ? "on" : "", "aria-current": on ? "page" : undefined }, h("span", {}, text), more ? h("small", {}, more) : null);
  const whole = start.shown === "recipient" || start.shown === "auditor";
  must("places").replaceChildren(
    h("h2", {}, t("nav.countries")),
    ...start.countries.map((c) => entry(`#/country/${c.country}`, word("country", c.country), here[0] === "country" && here[1] === c.country, String(c.programmes))),
    h("h2", {}, t("title")),
    ...(start.shown === "public" ? [] : [entry("#/due", t("nav.due"), here[0] === "due"), entry("#/observations", t("nav.observations"), here[0] === "observations"),
      entry("#/map", t("nav.map"), here[0] === "map")]),
    ...(start.writes === null || start.writes.length ? [entry("#/sheet", t("nav.sheet"), here[0] === "sheet")] : []),
    ...(whole ? [entry("#/conflicts", t("nav.conflicts"), here[0] === "conflicts", start.open_conflicts ? String(start.open_conflicts) : null),
      entry("#/audit", t("nav.audit"), here[0] === "audit")] : []));
}

function bar(): void {
  const pick = (name: string, options: [string, string][], now: string, change: (value: string) => void) => {
    const select = h("select", { name, "aria-label": t(name), change: () => change(select.value) },
      ...options.map(([value, text]) => h("option", { value, selected: value === now }, text)));
    return select;
  };
  const tiers = start ? (TIERS[start.tier] ?? []) : [];
  must("bar").replaceChildren(
    h("strong", { class: "title" }, "selat"), h("span", { class: "name" }, t("title")),
    h("nav", { class: "pages" }, ...pageLinks("assist", true)),
    h("span", { class: "space" }),
    start ? h("span", { class: `tier ${start.shown}` }, `${t("tier")}: ${t(`tier.${start.shown}`)}`) : "",
    tiers.length > 1 ? pick("as", tiers.map((x) => [x, t(`tier.${x}`)]), start?.shown ?? "", (value) => {
      seeAs(value === start?.tier ? "" : value);
      void draw();
    }) : "",
    pick("language", Object.entries(LANGUAGES).map(([code, l]) => [code, l.name]), language(), (code) => {
      setLanguage(code);
      remember("lang", code);
      void draw();
    }),
    h("button", { type: "button", title: t("palette"), "aria-label": t("palette"), click: () => { applyPalette(paletteAfter(currentPalette(), 1)); void draw(); } }, "◐"),
    start?.user ? h("form", { method: "post", action: "logout" }, h("button", { type: "submit", title: t("logout") }, `⏏ ${start.user}`)) : "");
}

setLanguage(recall("lang") ?? "en");
const asked = recall("palette");
applyPalette(isPalette(asked) ? asked : "night");
addEventListener("hashchange", () => void draw());
addEventListener("unhandledrejection", (event) => say(t("failed", { reason: String(event.reason) }), true));
addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || /INPUT|TEXTAREA|SELECT/.test(target.tagName)) return;
  const links = [...must("places").querySelectorAll("a")];
  const at = links.findIndex((a) => a.hash === location.hash);
  if (event.key === "j") links[(at + 1) % links.length]?.click();
  if (event.key === "k") links[(Math.max(at, 0) + links.length - 1) % links.length]?.click();
});
void draw();
