// The time line below the map: play, slide, darkness, what the cloud is at the instant; and the clocks of sun, moon, survival.

import { h, setText } from "../dom";
import { position, span, utc, utcDate } from "../format";
import { t } from "../i18n";
import { get } from "./api";
import { button } from "./fields";
import { miles, percent } from "./plans";
import type { State } from "./state";

interface Light { sunrise: number[]; sunset: number[]; dawn: number[]; dusk: number[]; moonrise: number[]; moonset: number[]; moon_lit: number }

const PLAY_S = 12; // seconds in which the whole drift passes

export class Timeline {
  private readonly slider = h("input", { type: "range", min: 0, max: 1000, value: 0, step: 1, id: "instant" });
  private readonly clock = h("output", { class: "instant" });
  private readonly told = h("span", { class: "told" });
  private readonly sky = h("span", { class: "sky" });
  private readonly night = h("div", { class: "night", "aria-hidden": "true" });
  private readonly play: HTMLButtonElement;
  private light: Light | null = null;
  private asked = "";
  private last = 0;

  constructor(root: HTMLElement, private readonly state: State) {
    this.play = button("▶", () => this.toggle(), { id: "play" });
    this.slider.addEventListener("input", () => this.slide(Number(this.slider.value) / 1000));
    root.append(this.play, h("div", { class: "track" }, this.night, this.slider), this.clock, this.told, this.sky);
    state.on(["times", "case"], () => this.refresh());
    state.on(["instant"], () => this.words());
  }

  language(): void {
    this.slider.setAttribute("aria-label", t("r.instant"));
    this.play.setAttribute("aria-label", t("r.play"));
    this.words();
    this.showLight();
  }

  private get ends(): [number, number] {
    return [this.state.timesMs[0] ?? 0, this.state.timesMs.at(-1) ?? 0];
  }

  private slide(share: number): void {
    const [a, b] = this.ends;
    this.state.instant = a + share * (b - a);
    this.state.tell("instant");
  }

  /** A step of one stored time, by keys. */
  step(by: number): void {
    const times = this.state.timesMs;
    if (times.length === 0) return;
    const now = times.findIndex((ms) => ms >= this.state.instant - 1);
    this.state.instant = times[Math.min(times.length - 1, Math.max(0, (now < 0 ? times.length - 1 : now) + by))] as number;
    this.state.tell("instant");
  }

  toggle(): void {
    this.state.playing = !this.state.playing && this.state.timesMs.length > 1;
    const [, b] = this.ends;
    if (this.state.playing && this.state.instant >= b - 1) this.slide(0);
    this.last = performance.now();
    this.words();
    if (this.state.playing) requestAnimationFrame((now) => this.frame(now));
  }

  private frame(now: number): void {
    if (!this.state.playing) return;
    const [a, b] = this.ends;
    this.state.instant = Math.min(b, this.state.instant + ((now - this.last) / 1000 / PLAY_S) * (b - a));
    this.last = now;
    if (this.state.instant >= b) this.state.playing = false;
    this.state.tell("instant");
    requestAnimationFrame((next) => this.frame(next));
  }

  private refresh(): void {
    const [a, b] = this.ends;
    this.slider.disabled = this.play.disabled = b <= a;
    if (this.state.instant < a || this.state.instant > b) this.state.instant = this.state.open?.backward ? b : a;
    this.words();
    const row = this.state.rows[0];
    const key = row ? `${a} ${b} ${row.lat.toFixed(1)}` : "";
    if (!row || key === this.asked) return;
    this.asked = key;
    get<Light>(`light?lat=${row.lat}&lon=${row.lon}&begin=${a}&end=${Math.max(b, a + 86_400_000)}`)
      .then((light) => {
        this.light = light;
        this.showLight();
      })
      .catch(() => setText(this.sky, ""));
  }

  private words(): void {
    const [a, b] = this.ends;
    this.slider.value = String(b > a ? Math.round(((this.state.instant - a) / (b - a)) * 1000) : 0);
    this.slider.setAttribute("aria-valuetext", `${utc(this.state.instant, false)} UTC`);
    setText(this.play, this.state.playing ? "❚❚" : "▶");
    const [k, share] = this.state.at();
    const row = this.state.rows[share > 0.5 ? k + 1 : k] ?? this.state.rows[k];
    if (!row) {
      setText(this.clock, "");
      setText(this.told, t("r.noDrift"));
      return;
    }
    setText(this.clock, `${utcDate(this.state.instant)} ${utc(this.state.instant, false)} UTC`);
    const shore = row.ashore >= 0.005 ? `, ${t("r.shore", { share: percent(row.ashore) })}` : "";
    setText(this.told, `${position(row.lat, row.lon)}, 50 % ${miles(row.r50)}, 95 % ${miles(row.r95)}${shore}`);
  }

  /** Nights as dark parts of the line; the next events of sun and moon in words. */
  private showLight(): void {
    const light = this.light;
    if (!light) return;
    const [a, b] = this.ends;
    const events = [...light.sunrise.map((ms) => [ms, 1]), ...light.sunset.map((ms) => [ms, 0])].sort((p, q) => (p[0] as number) - (q[0] as number)) as [number, number][];
    let dark = events[0] ? events[0][1] === 1 : false, from = a;
    const parts: HTMLElement[] = [];
    const close = (to: number) => {
      if (dark && to > from) parts.push(h("i", { style: `left:${((from - a) / (b - a)) * 100}%;width:${((Math.min(to, b) - from) / (b - a)) * 100}%` }));
    };
    for (const [ms, up] of events) {
      if (ms > b) break;
      close(ms);
      from = ms;
      dark = up === 0;
    }
    close(b);
    this.night.replaceChildren(...parts);
    const next = (list: number[]) => (list[0] === undefined ? "–" : utc(list[0], false));
    setText(this.sky, t("r.sky", {
      dawn: next(light.dawn), sunrise: next(light.sunrise), sunset: next(light.sunset), dusk: next(light.dusk),
      moonrise: next(light.moonrise), moonset: next(light.moonset), lit: Math.round(light.moon_lit * 100),
    }));
  }
}

/** The survival clock in the notice above the map: a policy that people set, never a prediction. */
export class SurvivalClock {
  private told: { end_ms: number | null; reviews_ms: number[]; sentence: string } | null = null;
  private readonly out = h("span", {});
  private readonly water = h("input", { type: "text", inputmode: "decimal", value: "29", maxlength: 5, size: 3 });
  private readonly review = h("input", { type: "text", inputmode: "decimal", value: "24", maxlength: 5, size: 3 });
  private readonly limit = h("input", { type: "text", inputmode: "decimal", value: "", maxlength: 5, size: 3 });
  readonly root = h("details", { class: "survival" });

  constructor(private readonly state: State) {
    for (const input of [this.water, this.review, this.limit]) input.addEventListener("change", () => void this.ask());
    state.on(["case"], () => void this.ask());
    window.setInterval(() => this.words(), 10_000);
  }

  language(): void {
    const one = (word: string, input: HTMLElement) => h("label", {}, `${t(word)} `, input);
    this.root.replaceChildren(h("summary", {}, this.out),
      h("div", { class: "policy" }, one("r.water", this.water), one("r.review", this.review), one("r.limit", this.limit), h("p", { class: "hint" }, t("r.survivalHint"))));
    this.words();
  }

  private async ask(): Promise<void> {
    const open = this.state.open;
    this.told = null;
    if (open && !open.backward) {
      const query = `begin=${open.begin_ms}&water=${this.water.value}&review=${this.review.value}&limit=${this.limit.value}`;
      this.told = await get<NonNullable<typeof this.told>>(`survival?${query}`).catch(() => null);
    }
    this.words();
  }

  private words(): void {
    const open = this.state.open;
    this.root.hidden = !open || open.backward;
    if (!open || open.backward) {
      setText(this.out, "");
      this.root.hidden = true; // an empty line that opens has no name for a reader
      return;
    }
    const passed = Date.now() - open.begin_ms;
    const since = passed >= 0 ? t("r.since", { span: span(passed / 1000) }) : "";
    const next = this.told?.end_ms ? t("r.ends", { time: `${utcDate(this.told.end_ms)} ${utc(this.told.end_ms, false)}Z` }) :
      this.told ? t("r.reviewAt", { time: when(this.told.reviews_ms) }) : "";
    setText(this.out, [since, next].filter(Boolean).join(" · "));
    this.root.hidden = this.out.textContent === "";
    this.out.title = this.told?.sentence ?? "";
  }
}

function when(reviews: number[]): string {
  const next = reviews.find((ms) => ms > Date.now()) ?? reviews[0];
  return next === undefined ? "–" : `${utcDate(next)} ${utc(next, false)}Z`;
}
