// Playing the past: an instant that moves at a pace, forward or back, and the picture at it.

import type { PictureClock } from "./clock";
import type { Alert, Label } from "./feed";
import type { Fleet } from "./fleet";
import { Past } from "./past";
import { recall, remember } from "./settings";

export const PACES = [1, 10, 30, 60, 120, 300, 600];
const DAY_MS = 86_400_000;
const LEAST_FRAME_MS = 100;
const SHARE = 4; // a frame takes at most a quarter of the time between two
const FAST = 60;

export class Player {
  /** The instant shown; null: live. */
  at: number | null = null;
  pace = 60;
  direction: 1 | -1 = 1;
  playing = false;
  alerts: Alert[] = [];
  private readonly past: Past;
  private wall = 0;
  private alertSpan: [number, number] = [0, 0];
  private named = new Set<number>();

  constructor(
    private readonly fleet: Fleet, private readonly clock: PictureClock,
    private readonly on: { changed(): void; live(): void; now(): number },
  ) {
    this.past = new Past((ships) => {
      void this.names(ships);
      if (!this.playing) this.draw(); // what stands still is drawn at once
    });
    const pace = Number(recall("pace"));
    if (PACES.includes(pace)) this.pace = pace;
  }

  get asKnown(): boolean {
    return this.past.asKnown;
  }

  set asKnown(on: boolean) {
    this.past.asKnown = on;
    this.past.clear();
    if (this.at !== null) this.go(this.at);
  }

  get trouble(): string {
    return this.past.failed;
  }

  get waiting(): boolean {
    return this.at !== null && !this.past.ready(this.at, this.step);
  }

  private get step(): number {
    return this.pace > FAST ? 60_000 : 20_000;
  }

  /** To an instant; the future is live. */
  go(ms: number): void {
    if (!Number.isFinite(ms)) return;
    if (ms >= this.on.now() - 1000) {
      this.live();
      return;
    }
    const began = this.at === null;
    this.at = ms;
    this.wall = performance.now();
    remember("at", String(Math.round(ms)));
    this.past.need(ms, this.step, this.direction > 0);
    void this.alertsAround(ms);
    this.draw();
    this.on.changed();
    if (began) this.loop();
  }

  live(): void {
    if (this.at === null) return;
    this.at = null;
    this.playing = false;
    remember("at", "");
    this.clock.release();
    this.on.live();
    this.on.changed();
  }

  play(direction: 1 | -1, on = true): void {
    if (this.at === null) {
      if (direction > 0) return; // live already
      this.go(this.on.now() - 60_000);
    }
    this.direction = direction;
    this.playing = on;
    this.wall = performance.now();
    this.on.changed();
  }

  toggle(): void {
    if (this.at === null) this.go(this.on.now() - 3_600_000);
    this.play(this.direction, !this.playing);
  }

  setPace(pace: number): void {
    this.pace = pace;
    remember("pace", String(pace));
    if (this.at !== null) this.past.need(this.at, this.step, this.direction > 0);
    this.on.changed();
  }

  faster(by: 1 | -1): void {
    const k = Math.min(Math.max(PACES.indexOf(this.pace) + by, 0), PACES.length - 1);
    this.setPace(PACES[k] ?? 60);
  }

  /** Alerts that stood at the instant. */
  standing(): Alert[] {
    const t = this.at ?? 0;
    return this.alerts.filter((a) => a.time_ms <= t && a.last_ms + 60_000 >= t);
  }

  private loop(): void {
    if (this.at === null) return;
    const begun = performance.now();
    if (this.playing && !this.waiting) this.at += (begun - this.wall) * this.pace * this.direction;
    this.wall = begun;
    if (this.at >= this.on.now() - 1000) {
      this.live();
      return;
    }
    this.past.need(this.at, this.step, this.direction > 0);
    this.draw();
    const cost = performance.now() - begun;
    setTimeout(() => this.loop(), Math.max(this.playing ? LEAST_FRAME_MS : 500, cost * SHARE));
  }

  private draw(): void {
    if (this.at === null) return;
    this.clock.drive(this.at, this.playing && this.direction > 0 && !this.waiting ? this.pace : 0);
    this.fleet.apply(this.past.at(this.at, this.step), this.at, true);
    this.fleet.setAlerts(this.standing());
    if (this.at < this.alertSpan[0] + DAY_MS / 4 || this.at > this.alertSpan[1] - 1) void this.alertsAround(this.at);
  }

  /** Alerts of the days round an instant, once for each move out of what is known. */
  private async alertsAround(ms: number): Promise<void> {
    if (ms >= this.alertSpan[0] + DAY_MS / 4 && ms <= this.alertSpan[1] - 1) return;
    const span: [number, number] = [Math.floor(ms - 2 * DAY_MS), Math.ceil(ms + DAY_MS)];
    this.alertSpan = span;
    const answer = await fetch(`api/history/alerts?begin=${Math.max(span[0], 0)}&end=${span[1]}`);
    if (answer.ok) this.alerts = ((await answer.json()) as { alerts: Alert[] }).alerts;
  }

  /** Names of ships that the feed has not told of. */
  private async names(ships: number[]): Promise<void> {
    const unknown = ships.filter((m) => !this.fleet.labels.has(m) && !this.named.has(m)).slice(0, 400);
    if (unknown.length === 0) return;
    for (const m of unknown) this.named.add(m);
    const answer = await fetch(`api/labels?ships=${unknown.join(",")}`);
    if (answer.ok) this.fleet.setLabels(((await answer.json()) as { labels: Label[] }).labels, false);
  }
}
