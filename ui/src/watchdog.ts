// Does the picture live? Says so in words when it does not.

import type { Feed, Health } from "./feed";
import { span, utc } from "./format";
import { t } from "./i18n";

export interface Verdict {
  /** What the chip says. */
  state: "live" | "replay" | "polling" | "connecting" | "stopped" | "done";
  /** Seconds since a position last came. */
  ageS: number;
  /** The banner, empty when all is well. */
  banner: string;
  /** Whether the server itself answers; when not, nothing is known of the sources. */
  linked: boolean;
}

const LINK_LIMIT_MS = 5000;
const SILENT_LEAST_S = 8;
const SILENT_MOST_S = 120;
const RATE_SMOOTHING = 0.1;

export class Watchdog {
  health: Health | null = null;
  private started = performance.now();
  private lastRow = -Infinity;
  private perFrame = 0;

  constructor(private readonly feed: Feed) {}

  /** A frame came with that many changed ships. */
  frame(rows: number, all: boolean): void {
    if (rows > 0) this.lastRow = performance.now();
    if (!all) this.perFrame += (rows - this.perFrame) * RATE_SMOOTHING;
  }

  judge(): Verdict {
    const wall = performance.now();
    const ageS = (wall - this.lastRow) / 1000;
    const linkMs = wall - this.feed.lastHeard;
    const sources = this.health?.sources ?? [];
    if (!Number.isFinite(linkMs)) {
      const late = wall - this.started > LINK_LIMIT_MS;
      const waited = span((wall - this.started) / 1000);
      return { state: late ? "stopped" : "connecting", ageS, linked: false, banner: late ? t("banner.link", { span: waited }) : "" };
    }
    if (linkMs > LINK_LIMIT_MS) {
      return { state: "stopped", ageS, linked: false, banner: t("banner.link", { span: span(linkMs / 1000) }) };
    }
    const heard = Math.max(...sources.map((s) => s.last_heard_ms ?? -Infinity));
    if (sources.length > 0 && sources.every((s) => s.state === "done")) {
      return { state: "done", ageS, linked: true, banner: t("banner.done", { time: utc(this.health?.clock_ms ?? NaN) }) };
    }
    if (sources.length > 0 && sources.every((s) => s.state !== "ok")) {
      return { state: "stopped", ageS, linked: true, banner: t("banner.sources", { time: utc(heard) }) };
    }
    // A busy feed that gives nothing for ten times its usual pause is silent, whatever the sources say.
    const limit = Math.min(Math.max(SILENT_LEAST_S, 10 / Math.max(this.perFrame, 0.01)), SILENT_MOST_S);
    if (Number.isFinite(ageS) && ageS > limit && this.quiet(limit)) {
      return { state: "stopped", ageS, linked: true, banner: t("banner.silent", { span: span(ageS) }) };
    }
    const state = this.feed.mode === "poll" ? "polling" : this.health?.replay ? "replay" : "live";
    return { state, ageS, linked: true, banner: "" };
  }

  /** The sources confirm it: none has been heard within the limit either. */
  private quiet(limitS: number): boolean {
    const h = this.health;
    if (!h || h.replay) return true;
    return h.sources.every((s) => s.last_heard_ms === null || h.now_ms - s.last_heard_ms > limitS * 1000);
  }
}
