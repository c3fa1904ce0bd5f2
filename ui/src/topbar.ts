// The top bar: title, search, number of ships, sources, clocks, and whether the picture lives.

import { h, setText } from "./dom";
import type { Health, Source } from "./feed";
import { local, span, utc, utcDate, zone } from "./format";
import { t } from "./i18n";
import { keyFor } from "./keymap";
import type { Verdict } from "./watchdog";

export class TopBar {
  /** Pace of the past that is shown, 0: it stands still; null: live. */
  past: number | null = null;
  private readonly title = h("strong", { class: "title" }, "selat");
  private readonly ships = h("span", { class: "ships" });
  private readonly rate = h("span", { class: "rate" });
  private readonly sources = h("span", { class: "sources" });
  private readonly date = h("span", { class: "date" });
  private readonly time = h("span", {});
  private readonly utc = h("span", { class: "utc" }, this.date, this.time);
  private readonly local = h("span", { class: "local" });
  private readonly state = h("span", { class: "state connecting", role: "status" });
  private fitted = "";
  private readonly buttons = h("span", { class: "buttons" });

  constructor(root: HTMLElement, private readonly banner: HTMLElement, search: HTMLElement) {
    root.append(this.state, this.title, search, h("span", { class: "numbers" }, this.ships, this.rate), this.sources,
      h("span", { class: "clocks" }, this.utc, this.local), this.buttons);
  }

  setTitle(title: string): void {
    setText(this.title, title);
  }

  addButton(text: string | SVGElement, name: string, action: () => void): void {
    this.buttons.append(h("button", { type: "button", "data-name": name, click: action }, text));
  }

  /** Who is logged in, and the way out. */
  logOut(name: string): void {
    const button = h("button", { type: "submit" }, `⏏ ${name}`);
    this.buttons.before(h("form", { method: "post", action: "logout", class: "log-out" }, button));
  }

  words(): void {
    for (const button of this.buttons.children) {
      const name = t((button as HTMLElement).dataset.name ?? "");
      button.setAttribute("title", name);
      button.setAttribute("aria-label", name);
    }
  }

  tick(verdict: Verdict, clockMs: number, pace: number, ships: number, shown: number, health: Health | null): void {
    setText(this.date, `${utcDate(clockMs)} `);
    setText(this.time, `${utc(clockMs)} UTC`);
    setText(this.local, `${local(clockMs)} ${zone(clockMs)}`);
    setText(this.ships, shown < ships ? t("ships.shown", { shown, all: ships }) : `${ships} ${t("ships")}`);
    this.ships.classList.toggle("partial", shown < ships);
    setText(this.rate, health && verdict.linked ? t("rate", { n: Math.round(health.rate_per_s) }) : "");
    this.drawState(verdict, pace);
    this.drawSources(health, verdict.linked);
    this.banner.hidden = verdict.banner === "";
    setText(this.banner, verdict.banner);
    this.banner.className = verdict.state;
    document.documentElement.dataset.feed = verdict.state;
  }

  private drawState(verdict: Verdict, pace: number): void {
    if (this.past !== null && verdict.state !== "stopped") {
      setText(this.state, this.past === 0 ? t("past") : `${t("past")} ×${String(this.past).replace("-", "−")}`);
      this.state.className = "state past";
      this.state.title = t("past.title", { key: keyFor("live") });
      return;
    }
    const word = verdict.state === "done" ? t("source.done") : t(verdict.state);
    const fast = verdict.state === "replay" && pace !== 1;
    const age = fast ? ` ×${pace < 3 ? pace.toFixed(1) : Math.round(pace)}` :
      Number.isFinite(verdict.ageS) ? ` ${span(verdict.ageS)}` : "";
    setText(this.state, word + age);
    this.state.className = `state ${verdict.state}`;
    this.state.title = Number.isFinite(verdict.ageS) ? t("age", { span: span(verdict.ageS) }) : "";
  }

  /** Names of sources where they fit, else their dots alone: half a word tells nothing. Looked at when something changed. */
  private fit(sources: string): void {
    const bar = this.sources.parentElement as HTMLElement;
    const key = [sources, innerWidth, bar.childElementCount, this.ships.textContent?.length, this.title.textContent, this.state.textContent?.length].join();
    if (key === this.fitted) return;
    this.fitted = key;
    this.sources.classList.remove("dots");
    const cut = this.sources.scrollWidth > this.sources.clientWidth ||
      [...this.sources.querySelectorAll("span span")].some((s) => s.scrollWidth > s.clientWidth + 1);
    this.sources.classList.toggle("dots", cut);
  }

  private drawSources(health: Health | null, linked: boolean): void {
    const sources = health?.sources ?? [];
    const key = sources.map((s) => s.name).join("\n");
    if (this.sources.dataset.key !== key) {
      this.sources.dataset.key = key;
      this.sources.replaceChildren(...sources.map((s) => h("span", { class: "source" }, h("i", {}), h("span", {}, short(s.name)))));
    }
    this.fit(key);
    sources.forEach((source, k) => {
      const chip = this.sources.children[k] as HTMLElement;
      const klass = `source ${linked ? source.state : "unknown"}`;
      if (chip.className !== klass) chip.className = klass;
      chip.title = describe(source, health?.now_ms ?? NaN);
    });
  }
}

/** `tcp://vts-singapore:4001` reads as `vts-singapore`. */
function short(name: string): string {
  const bare = name.replace(/^[a-z+]+:\/\//, "").replace(/:\d+$/, "");
  const last = bare.split("/").filter(Boolean).pop() ?? bare;
  return last.length > 16 ? `${last.slice(0, 15)}…` : last;
}

function describe(s: Source, nowMs: number): string {
  const state = t(`source.${s.state}`);
  if (s.last_heard_ms === null) return t("source.never", { name: s.name, state });
  return t("source.title", {
    name: s.name, state, span: span((nowMs - s.last_heard_ms) / 1000), lines: s.lines, kept: s.kept,
    duplicates: s.duplicates, rejected: s.rejected,
  });
}
