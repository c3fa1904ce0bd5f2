// The card of one ship, and its track on the map.

import type { Feature, LineString } from "geojson";
import { h, setText } from "./dom";
import type { Alert, ShipCard } from "./feed";
import { type Contact, type Fleet, isLost, nameOf } from "./fleet";
import { type DossierData, dossierView, loadDossier } from "./dossier";
import { degrees, kn, position, shipType, span, utc } from "./format";
import { t } from "./i18n";
import type { Watched } from "./watched";

const GAP_MS = 10 * 60_000;
const TRACK_MS = 6 * 3_600_000;
const REFRESH_MS = 30_000;

export class ShipPanel {
  mmsi: number | null = null;
  following = false;
  private card: ShipCard | null = null;
  private failed = false;
  private fetched = 0;
  private live: [number, number, number][] = [];
  private dossier: DossierData | null | undefined; // undefined: not asked for
  private readonly fields = new Map<string, HTMLElement>();
  private readonly follow = h("button", { type: "button", click: () => this.setFollow(!this.following) });

  constructor(
    private readonly root: HTMLElement, private readonly fleet: Fleet, private readonly watched: Watched,
    private readonly on: {
      close(): void; report(mmsi: number): void; centre(mmsi: number): void; watch(): void; track(lines: Feature<LineString, { gap: boolean }>[]): void;
      alertsOf(mmsi: number): Alert[]; show(alert: Alert): void;
      /** The instant of the past that is shown; null: live. */
      past(): number | null;
      goTo(ms: number): void; place(lon: number, lat: number): void;
    },
  ) {}

  open(mmsi: number): void {
    if (this.mmsi !== mmsi) {
      this.mmsi = mmsi;
      this.card = null;
      this.failed = false;
      this.live = [];
      this.dossier = undefined;
      this.following = false;
      this.on.track([]);
      void this.fetch();
    }
    this.build();
    this.root.hidden = false;
  }

  close(): void {
    this.mmsi = null;
    this.card = null;
    this.following = false;
    this.root.hidden = true;
    this.on.track([]);
  }

  setFollow(on: boolean): void {
    this.following = on;
    this.follow.classList.toggle("on", on);
    this.follow.setAttribute("aria-pressed", String(on));
    if (on && this.mmsi !== null) this.on.centre(this.mmsi);
  }

  /** New positions came: the track grows, and the card is asked for anew now and then. */
  heard(): void {
    const c = this.mmsi === null ? undefined : this.fleet.byMmsi.get(this.mmsi);
    if (!c) return;
    const last = this.live[this.live.length - 1];
    if (!last || c.fixMs > last[0] + 900) {
      this.live.push([c.fixMs, c.lon, c.lat]);
      this.drawTrack();
    }
    if (performance.now() - this.fetched > REFRESH_MS) void this.fetch();
  }

  private async fetch(): Promise<void> {
    const mmsi = this.mmsi;
    if (mmsi === null) return;
    this.fetched = performance.now();
    try {
      const at = this.on.past();
      if (at !== null) {
        await this.fetchPast(mmsi, at);
        return;
      }
      const answer = await fetch(`api/ship/${mmsi}`);
      if (this.mmsi !== mmsi) return; // another ship was chosen meanwhile
      this.failed = !answer.ok;
      if (answer.ok) this.card = (await answer.json()) as ShipCard;
      const end = this.card?.track[this.card.track.length - 1]?.[0] ?? -Infinity;
      this.live = this.live.filter((p) => p[0] > end);
    } catch {
      this.failed = true; // the card keeps what the feed says, and says that details are missing
    }
    this.build();
    this.drawTrack();
  }

  /** Her track up to the instant shown; what else the card says comes from the picture. */
  private async fetchPast(mmsi: number, at: number): Promise<void> {
    const answer = await fetch(`api/ship/${mmsi}/track?begin=${Math.round(at - TRACK_MS)}&end=${Math.round(at)}`);
    if (this.mmsi !== mmsi) return;
    this.failed = !answer.ok;
    const track = answer.ok ? ((await answer.json()) as { track: ShipCard["track"] }).track : [];
    this.card = null;
    this.live = track.map((p) => [p[0], p[1], p[2]]);
    this.build();
    this.drawTrack();
  }

  /** What the history has of her, on and off. */
  async toggleDossier(): Promise<void> {
    const mmsi = this.mmsi;
    if (mmsi === null) return;
    if (this.dossier !== undefined) this.dossier = undefined;
    else {
      const found = await loadDossier(mmsi);
      if (this.mmsi !== mmsi) return;
      this.dossier = found;
    }
    this.build();
    if (this.dossier !== undefined) this.root.querySelector(".dossier, .no-dossier")?.scrollIntoView({ block: "start" });
  }

  private drawTrack(): void {
    const points = (this.card?.track ?? [])
      .map((p): [number, number, number] => [p[0], p[1], p[2]])
      .concat(this.live)
      .filter((p) => Number.isFinite(p[1]) && Number.isFinite(p[2]));
    const lines: Feature<LineString, { gap: boolean }>[] = [];
    let run: [number, number][] = [];
    const push = (coordinates: [number, number][], gap: boolean) => {
      if (coordinates.length > 1) {
        lines.push({ type: "Feature", properties: { gap }, geometry: { type: "LineString", coordinates } });
      }
    };
    points.forEach((p, k) => {
      const before = points[k - 1];
      if (before && p[0] - before[0] > GAP_MS) {
        push(run, false);
        push([[before[1], before[2]], [p[1], p[2]]], true);
        run = [];
      }
      run.push([p[1], p[2]]);
    });
    push(run, false);
    this.on.track(lines);
    const first = points[0];
    const last = points[points.length - 1];
    const text = first && last ? span((last[0] - first[0]) / 1000) : "–";
    const field = this.fields.get("track");
    if (field) setText(field, text);
  }

  build(): void {
    const mmsi = this.mmsi;
    if (mmsi === null) return;
    this.fields.clear();
    const c = this.fleet.byMmsi.get(mmsi);
    const label = this.fleet.labels.get(mmsi);
    const s = this.card;
    const name = s?.name?.trim() || nameOf({ mmsi, label });
    const length = s?.length_m ?? label?.length_m;
    const beam = s?.beam_m ?? label?.beam_m;
    const status = s?.nav_status;
    const rows: [string, string, string?][] = [
      ["speed", ""], ["course", ""], ["heading", ""], ["heard", ""], ["position", "", "wide"],
      ["status", status !== null && status !== undefined && status < 15 ? t(`status.${status}`) : "–", "wide"],
      ["destination", s?.destination || "–"], ["eta", s?.eta || "–"],
      ["type", shipType(s?.ship_type ?? label?.ship_type)],
      ["size", length ? `${length} × ${beam ?? "–"} m` : "–"],
      ["draught", s?.draught_m ? `${s.draught_m.toFixed(1)} m` : "–"],
      ["callsign", s?.callsign || label?.callsign || "–"],
      ["mmsi", String(mmsi)], ["imo", String(s?.imo ?? label?.imo ?? "–")],
      ["track", "–"], ["source", seenBy(s), s?.sensors?.length ? "wide" : ""],
    ];
    const grid = h("dl", {});
    for (const [key, value, wide] of rows) {
      const dd = h("dd", {}, value);
      this.fields.set(key, dd);
      grid.append(h("div", { class: wide ?? "" }, h("dt", {}, t(`card.${key}`)), dd));
    }
    this.follow.textContent = t("card.follow");
    const lost = h("p", { class: "lost", hidden: true });
    this.fields.set("lost", lost);
    const alerts = this.on.alertsOf(mmsi).map((a) =>
      h("button", { type: "button", class: `alert-chip ${a.priority} ${a.state}`, click: () => this.on.show(a) },
        `${t(a.priority)} · ${a.rule.replace(/[-_]/g, " ")}`));
    this.root.replaceChildren(
      h("div", { class: "panel-head" },
        h("h2", { class: "ship-name", title: name }, name),
        h("button", { type: "button", class: `watch${this.watched.has(mmsi) ? " on" : ""}`, title: t("card.watch"),
          "aria-label": t("card.watch"), "aria-pressed": String(this.watched.has(mmsi)), click: () => this.on.watch() },
          this.watched.has(mmsi) ? "★" : "☆"),
        h("button", { type: "button", class: "close", "aria-label": t("card.close"), click: () => this.on.close() }, "×"),
        h("div", { class: "go-to" },
          h("button", { type: "button", click: () => this.on.centre(mmsi) }, t("card.centre")),
          this.follow)),
      h("div", { class: "card-body" }, lost,
        alerts.length > 0 && h("div", { class: "alert-chips" }, ...alerts),
        this.failed && h("p", { class: "problem" }, t("card.failed")), grid,
        h("div", { class: "card-more" },
          h("button", { type: "button", class: "history", "aria-expanded": String(this.dossier !== undefined),
            click: () => void this.toggleDossier() }, t("dossier")),
          h("button", { type: "button", class: "to-report", click: () => this.on.report(mmsi) }, t("report"))),
        this.dossier === null && h("p", { class: "no-dossier" }, t("dossier.none")),
        this.dossier && dossierView(this.dossier, this.on)),
    );
    this.setFollow(this.following);
    this.drawTimes(c, NaN);
  }

  /** What changes by the second: speed, course, position, age. */
  tick(nowMs: number): void {
    if (this.mmsi === null) return;
    const c = this.fleet.byMmsi.get(this.mmsi);
    this.drawTimes(c, nowMs);
    if (this.following && c) this.on.centre(c.mmsi);
  }

  private drawTimes(c: Contact | undefined, nowMs: number): void {
    const set = (key: string, text: string) => {
      const field = this.fields.get(key);
      if (field) setText(field, text);
    };
    set("speed", c ? kn(c.sog) : "–");
    set("course", degrees(c?.cog));
    set("heading", degrees(c?.hdg));
    set("position", position(c?.lat, c?.lon));
    if (c && Number.isFinite(nowMs)) {
      const age = (nowMs - c.fixMs) / 1000;
      set("heard", t("card.ago", { span: span(age) }));
      const field = this.fields.get("heard");
      if (field) field.title = `${utc(c.fixMs)} UTC`;
      const lost = this.fields.get("lost");
      if (lost) {
        lost.hidden = !isLost(c);
        setText(lost, t("card.lost", { span: span(age) }));
      }
    }
  }
}

/** What sees her: AIS, radar, or both, then with each target, since when and how surely. */
function seenBy(s: ShipCard | null): string {
  const targets = s?.sensors?.map((x) =>
    t("card.target", { number: x.target, time: utc(x.since_ms, false), score: Math.round(x.score) })) ?? [];
  return [s?.source || "–", ...targets].join(", ");
}
