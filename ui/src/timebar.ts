// The time bar: a day of traffic with its alerts; drag to go back, play, and the way back to the present.

import { h, setText } from "./dom";
import type { Alert } from "./feed";
import { local, two, utc, utcDate, zone } from "./format";
import { t } from "./i18n";
import { token } from "./palette";
import { PACES, type Player } from "./player";

const DAY_MS = 86_400_000;
const BINS = 144;
const REFRESH_MS = 60_000;
const TICK_PX = 7;

export class TimeBar {
  private readonly canvas = h("canvas", { class: "time-canvas", tabindex: "0", role: "slider" });
  private readonly back = h("button", { type: "button", class: "time-back", click: () => this.player.play(-1, !(this.player.playing && this.player.direction < 0)) }, "◀");
  private readonly forth = h("button", { type: "button", class: "time-play", click: () => this.forward() }, "▶");
  private readonly pace = h("select", { class: "time-pace" });
  private readonly live = h("button", { type: "button", class: "time-live", click: () => this.player.live() });
  private readonly input = h("input", { type: "text", class: "time-at", maxlength: 20, spellcheck: "false", inputmode: "numeric" });
  private readonly known = h("input", { type: "checkbox", class: "time-known" });
  private readonly knownText = h("span", {});
  private readonly said = h("span", { class: "time-said" });
  private ships: number[] = [];
  private span: [number, number] = [0, 0];
  private alerts: Alert[] = [];
  private fetched = -Infinity;
  private fetching = false;
  private dragging = false;

  constructor(
    private readonly root: HTMLElement, private readonly player: Player, private readonly now: () => number,
    private readonly show: (alert: Alert) => void,
  ) {
    for (const p of PACES) this.pace.append(h("option", { value: p, selected: p === player.pace }, `×${p}`));
    this.pace.addEventListener("change", () => player.setPace(Number(this.pace.value)));
    this.known.addEventListener("change", () => (player.asKnown = this.known.checked));
    this.input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") this.goTo(this.input.value);
      if (event.key === "Escape" || event.key === "Enter") this.input.blur();
    });
    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
    this.canvas.addEventListener("pointermove", (event) => this.drag(event));
    this.canvas.addEventListener("pointerup", () => (this.dragging = false));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    root.append(h("div", { class: "time-tools" }, this.back, this.forth, this.pace, this.input, this.live,
      h("label", { class: "time-known-label" }, this.known, this.knownText), this.said), this.canvas);
    this.words();
    void this.begin();
  }

  /** Without a history there is no bar. */
  private async begin(): Promise<void> {
    const answer = await fetch("api/history");
    const stored = answer.ok && ((await answer.json()) as { stored: boolean }).stored;
    this.root.hidden = !stored;
    if (stored) this.tick();
  }

  /** Whether there is a history. */
  get there(): boolean {
    return !this.root.hidden;
  }

  /** Alerts marked on it. */
  get ticks(): number {
    return this.all().length;
  }

  words(): void {
    for (const [element, key] of [[this.back, "time.back"], [this.forth, "time.play"], [this.pace, "time.pace"],
      [this.input, "time.at"], [this.canvas, "time.bar"]] as const) {
      element.setAttribute("title", t(key));
      element.setAttribute("aria-label", t(key));
    }
    setText(this.knownText, t("time.known"));
    this.knownText.title = t("time.known.title");
    this.changed();
  }

  focusInput(): void {
    this.input.focus();
    this.input.select();
  }

  private forward(): void {
    if (this.player.at === null) this.player.go(this.now() - 3_600_000);
    this.player.play(1, !(this.player.playing && this.player.direction > 0));
  }

  /** `2026-11-26 03:12`, `03:12` (the last time it was that), UTC. Another text is refused in words. */
  goTo(text: string): void {
    const found = /^\s*(?:(\d{4})-(\d\d)-(\d\d)[ T]+)?(\d{1,2}):(\d\d)(?::(\d\d))?Z?\s*$/.exec(text);
    if (!found) {
      setText(this.said, t("time.wrong"));
      return;
    }
    const [, year, month, day, hour, minute, second] = found;
    const now = new Date(this.now());
    let at = year ? Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second ?? 0))
      : Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), Number(hour), Number(minute), Number(second ?? 0));
    if (!year && at > this.now()) at -= DAY_MS;
    setText(this.said, "");
    this.player.go(at);
  }

  /** The alert before (or after) the instant shown. */
  toAlert(by: 1 | -1): void {
    const at = this.player.at ?? this.now();
    const times = this.all().filter((a) => (by < 0 ? a.time_ms < at - 1000 : a.time_ms > at + 1000));
    const next = by < 0 ? times[times.length - 1] : times[0];
    if (next) this.jump(next);
  }

  jump(alert: Alert): void {
    this.player.go(alert.time_ms);
    this.show(alert);
  }

  private all(): Alert[] {
    const known = new Map([...this.alerts, ...this.player.alerts].map((a) => [a.id, a]));
    return [...known.values()].filter((a) => !a.lead).sort((a, b) => a.time_ms - b.time_ms);
  }

  changed(): void {
    const p = this.player;
    setText(this.forth, p.playing && p.direction > 0 ? "❚❚" : "▶");
    setText(this.back, p.playing && p.direction < 0 ? "❚❚" : "◀");
    setText(this.live, t("time.live")); // at the present the top bar alone says whether that is live
    this.live.classList.toggle("past", p.at !== null);
    this.live.disabled = p.at === null;
    this.pace.value = String(p.pace);
    this.paint();
  }

  /** Twice a second: the day that is shown, and now and then its numbers. */
  tick(): void {
    if (this.root.hidden || !Number.isFinite(this.now())) return;
    const now = this.now();
    const at = this.player.at ?? now;
    if (!this.dragging) {
      const end = Math.ceil(Math.min(now, Math.max(at + DAY_MS / 2, now - DAY_MS > at ? at + DAY_MS / 2 : now)) / 600_000) * 600_000;
      const moved = this.span[1] !== end;
      if (moved) this.span = [end - DAY_MS, end];
      if ((moved && this.player.at === null) || Math.abs((this.ships.length ? this.drawn[1] : 0) - end) > 600_000 ||
        performance.now() - this.fetched > REFRESH_MS) void this.fetch();
    }
    if (document.activeElement !== this.input) this.input.value = `${utcDate(at)} ${utc(at)}`;
    const trouble = this.player.trouble ? t("time.failed", { reason: this.player.trouble }) : this.player.waiting ? t("time.waiting") : "";
    if (trouble || this.player.at !== null) setText(this.said, trouble || `${local(at)} ${zone(at)}`);
    for (const [name, ms] of [["min", this.span[0]], ["max", this.span[1]], ["now", at]] as const) this.canvas.setAttribute(`aria-value${name}`, String(Math.round(ms / 1000)));
    this.canvas.setAttribute("aria-valuetext", `${utcDate(at)} ${utc(at)} UTC`);
    this.paint();
  }

  private drawn: [number, number] = [0, 0];

  private async fetch(): Promise<void> {
    if (this.fetching) return;
    this.fetching = true;
    this.fetched = performance.now();
    const [begin, end] = this.span;
    try {
      const [density, alerts] = await Promise.all([
        fetch(`api/history/density?begin=${begin}&end=${end}&bins=${BINS}`), fetch(`api/history/alerts?begin=${begin}&end=${end}`)]);
      if (density.ok && alerts.ok) {
        this.ships = ((await density.json()) as { ships: number[] }).ships;
        this.alerts = ((await alerts.json()) as { alerts: Alert[] }).alerts.filter((a) => a.time_ms >= begin);
        this.drawn = [begin, end];
      }
    } finally {
      this.fetching = false;
    }
    this.paint();
  }

  private x(ms: number): number {
    return ((ms - this.span[0]) / DAY_MS) * this.canvas.clientWidth;
  }

  private paint(): void {
    const { clientWidth: w, clientHeight: high } = this.canvas;
    if (w === 0) return;
    const ratio = devicePixelRatio || 1;
    this.canvas.width = Math.round(w * ratio);
    this.canvas.height = Math.round(high * ratio);
    const c = this.canvas.getContext("2d") as CanvasRenderingContext2D;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    const floor = high - 14;
    const most = Math.max(...this.ships, 1);
    c.fillStyle = token("--trail");
    c.globalAlpha = 0.55;
    this.ships.forEach((n, k) => {
      const x = this.x(this.drawn[0] + (k * DAY_MS) / BINS);
      const tall = (n / most) * (floor - 10);
      c.fillRect(x, floor - tall, w / BINS - 0.5, tall);
    });
    c.globalAlpha = 1;
    c.fillStyle = c.strokeStyle = token("--muted");
    c.font = "10px system-ui, sans-serif";
    c.textAlign = "center";
    for (let ms = Math.ceil(this.span[0] / 7_200_000) * 7_200_000; ms <= this.span[1]; ms += 7_200_000) {
      const x = this.x(ms), date = new Date(ms);
      c.fillRect(x, floor, 1, 3);
      if (x > 16 && x < w - 16) c.fillText(date.getUTCHours() === 0 ? utcDate(ms).slice(5) : `${two(date.getUTCHours())}:00`, x, high - 2);
    }
    for (const alert of this.alerts) {
      if (alert.lead) continue;
      c.fillStyle = token(`--${alert.priority}`);
      c.fillRect(this.x(alert.time_ms) - 1, 0, 2.5, TICK_PX);
    }
    const now = this.now();
    if (now < this.span[1]) {
      c.fillStyle = token("--bg-2");
      c.fillRect(this.x(now), 0, w, floor);
    }
    const at = this.x(this.player.at ?? now);
    c.fillStyle = token(this.player.at === null ? "--good" : "--warning");
    c.fillRect(at - 1, 0, 2, floor);
    c.beginPath();
    c.arc(at, 5, 5, 0, 7);
    c.fill();
  }

  private instant(event: PointerEvent): number {
    const box = this.canvas.getBoundingClientRect();
    return this.span[0] + ((event.clientX - box.left) / box.width) * DAY_MS;
  }

  private press(event: PointerEvent): void {
    const box = this.canvas.getBoundingClientRect();
    const near = this.alerts.find((a) => !a.lead && Math.abs(this.x(a.time_ms) - (event.clientX - box.left)) < 4);
    if (near && event.clientY - box.top < TICK_PX + 5) {
      this.jump(near);
      return;
    }
    this.dragging = true;
    this.canvas.setPointerCapture(event.pointerId);
    this.player.go(this.instant(event));
  }

  private drag(event: PointerEvent): void {
    if (this.dragging) this.player.go(this.instant(event));
    const box = this.canvas.getBoundingClientRect();
    const near = this.alerts.find((a) => !a.lead && Math.abs(this.x(a.time_ms) - (event.clientX - box.left)) < 4);
    const ms = this.instant(event);
    this.canvas.title = near ? `${utc(near.time_ms)} UTC: ${near.sentence}` : `${utcDate(ms)} ${utc(ms, false)} UTC`;
  }

  private key(event: KeyboardEvent): void {
    const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    this.player.go((this.player.at ?? this.now()) + by * (event.shiftKey ? 3_600_000 : 60_000));
  }
}
