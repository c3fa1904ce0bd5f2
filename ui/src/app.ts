// The page as a whole: owns the parts, passes on what one tells the others.

import { type GeoJSONSource, Map as MapLibre, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { AlertPanel } from "./alerts";
import { loadLand, loadPorts, repaint, style } from "./basemap";
import { ShipPanel } from "./card";
import { PictureClock } from "./clock";
import { expose } from "./debug";
import { must } from "./dom";
import { type Alert, Feed } from "./feed";
import { drawnAt, Fleet } from "./fleet";
import { buildHelp } from "./help";
import { setLanguage, t } from "./i18n";
import { Legend, Readout } from "./legend";
import { type LabelMode, Overlay } from "./overlay";
import { applyPalette, currentPalette, recall, remember, shipColours } from "./palette";
import { nearest } from "./pick";
import { SearchBox } from "./search";
import { ShipLayer } from "./shiplayer";
import { TopBar } from "./topbar";
import { View } from "./view";
import { Watchdog } from "./watchdog";

/** Tuas to Horsburgh, whatever the size of the screen. */
const HOME: [number, number, number, number] = [103.55, 1.0, 104.45, 1.42];
const BOUNDS: [number, number, number, number] = [88, -12, 126, 24];
const AHEAD = [360, 720, 0];
const LABELS: LabelMode[] = ["top", "all", "off"];

export class App {
  readonly clock = new PictureClock();
  readonly fleet = new Fleet();
  readonly map: MapLibre;
  readonly view: View;
  readonly layer = new ShipLayer(this.fleet, this.clock);
  readonly overlay: Overlay;
  readonly alerts: AlertPanel;
  readonly card: ShipPanel;
  readonly feed: Feed;
  readonly watchdog: Watchdog;
  private readonly search: SearchBox;
  private readonly bar: TopBar;
  private readonly legend: Legend;
  private readonly readout: Readout;
  private readonly help = must("help") as HTMLDialogElement;
  private title = "selat";
  private fault = "";
  /** Elements on the map that names keep clear of. */
  private readonly furniture = ["legend", "readout", "attribution"].map(must);

  constructor() {
    setWorkerUrl(new URL(workerUrl, location.href).href);
    this.map = new MapLibre({
      container: "map", style: style(), bounds: HOME, hash: true, attributionControl: false, fadeDuration: 0,
      maxBounds: BOUNDS, minZoom: 4, maxZoom: 17, dragRotate: false, touchPitch: false, pitchWithRotate: false,
      renderWorldCopies: false, canvasContextAttributes: { antialias: true, preserveDrawingBuffer: false },
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.view = new View(this.map);
    this.overlay = new Overlay(must("overlay") as HTMLCanvasElement, this.map, this.view, this.fleet, this.clock);
    this.alerts = new AlertPanel(must("alerts"), (a) => this.showAlert(a), (a) => this.acknowledge(a),
      (a, cause) => this.act(a, `alerts/${encodeURIComponent(a.id)}/close`, { cause }, { state: "cleared" }),
      (a) => this.act(a, "snoozes", { ships: a.subjects, rule: a.rule, seconds: 1800, reason: "from the page" }, { snoozed: true }));
    this.card = new ShipPanel(must("card"), this.fleet, {
      close: () => this.select(null),
      centre: (mmsi) => this.centre(mmsi),
      track: (features) => {
        const source = this.map.getSource("track") as GeoJSONSource | undefined;
        void source?.setData({ type: "FeatureCollection", features });
      },
      alertsOf: (mmsi) => [...this.alerts.alerts.values()].filter((a) => a.subjects.includes(mmsi)),
      show: (alert) => this.showAlert(alert),
    });
    this.search = new SearchBox(this.fleet, (mmsi) => this.goTo(mmsi));
    this.bar = new TopBar(must("topbar"), must("banner"), this.search.root);
    this.legend = new Legend(must("legend"), this.fleet, {
      hide: (mask) => this.hide(mask), vectors: () => this.cycleVectors(), labels: () => this.cycleLabels(),
      resized: () => this.map.triggerRepaint(),
    });
    this.readout = new Readout(must("readout"), this.view);
    this.feed = new Feed({
      rows: (rows, clockMs, all) => {
        this.clock.tick(clockMs);
        this.fleet.apply(rows, clockMs, all);
        this.watchdog.frame(rows.length, all);
        this.card.heard();
        this.map.triggerRepaint();
      },
      labels: (labels, all) => this.fleet.setLabels(labels, all),
      alerts: (alerts, all) => this.takeAlerts(alerts, all),
      health: (health) => {
        this.watchdog.health = health;
      },
    });
    this.watchdog = new Watchdog(this.feed);
  }

  start(): void {
    this.layer.ahead = AHEAD[Number(recall("vectors") ?? 0)] ?? 360;
    this.overlay.mode = (LABELS as string[]).includes(recall("labels") ?? "") ? (recall("labels") as LabelMode) : "top";
    this.layer.colours = shipColours();
    this.map.on("load", () => this.loaded());
    this.map.on("render", () => this.frame());
    this.map.on("error", (event) => {
      this.fault = t("banner.gl", { reason: event.error?.message ?? "" });
    });
    this.map.on("click", (event) => {
      const touch = (event.originalEvent as PointerEvent).pointerType === "touch";
      const hit = nearest(this.fleet, this.view, this.clock, this.layer.hidden, event.point, touch ? 26 : 15);
      this.select(hit?.mmsi ?? null);
    });
    this.map.on("mousemove", (event) => this.hover(event.point.x, event.point.y));
    this.map.on("mouseout", () => this.hover(null, 0));
    this.map.on("dragstart", () => this.card.setFollow(false));
    document.addEventListener("keydown", (event) => this.key(event));
    setInterval(() => this.second(), 500);
    setInterval(() => this.fleet.prune(this.clock.now()), 60_000);
    this.bar.addButton("◐", t("palette"), () => this.togglePalette());
    this.bar.addButton("?", t("help"), () => this.toggleHelp());
    this.words();
    void this.about();
    this.animate();
    expose(this);
  }

  private async loaded(): Promise<void> {
    this.map.addLayer(this.layer);
    void loadPorts().then((ports) => {
      this.overlay.ports = ports;
      this.map.triggerRepaint();
    });
    try {
      await loadLand(this.map);
    } catch (error) {
      this.fault = t("banner.map", { reason: error instanceof Error ? error.message : String(error) });
    }
  }

  private async about(): Promise<void> {
    const answer = await fetch("api/about");
    if (!answer.ok) return;
    const about = (await answer.json()) as { title: string; can_acknowledge: boolean };
    this.title = about.title;
    this.bar.setTitle(about.title);
    this.alerts.canAcknowledge = about.can_acknowledge;
    this.alerts.rebuild();
  }

  /** Draws often enough that the fastest ship moves by less than a pixel, and no oftener: a quiet screen costs little. */
  private animate(): void {
    const pixelsPerSecond = (15 * this.view.scale) / 40_000_000 * Math.max(this.clock.rate, 0);
    const wait = Math.min(Math.max(700 / Math.max(pixelsPerSecond, 0.01), 50), 1000);
    setTimeout(() => {
      if (!document.hidden) this.map.triggerRepaint();
      this.animate();
    }, wait);
  }

  private frame(): void {
    this.view.update();
    this.readout.scale();
    this.overlay.draw(this.furniture);
  }

  private second(): void {
    const verdict = this.watchdog.judge();
    const now = this.clock.now();
    if (!verdict.banner) verdict.banner = this.fault;
    this.bar.tick(verdict, now, this.clock.rate, this.fleet.size, this.legend.shown(), this.watchdog.health);
    this.alerts.tick(now);
    this.card.tick(now);
    this.legend.tick();
    const open = this.alerts.open;
    const title = verdict.state === "stopped" ? `⚠ ${this.title}` : open > 0 ? `(${open}) ${this.title}` : this.title;
    if (document.title !== title) document.title = title;
  }

  private takeAlerts(alerts: Alert[], all: boolean): void {
    this.alerts.update(alerts, all);
    this.fleet.setAlerts(this.alerts.alerts.values());
    if (this.card.mmsi !== null) this.card.build();
    this.map.triggerRepaint();
  }

  select(mmsi: number | null): void {
    this.layer.selected = mmsi;
    this.overlay.selected = mmsi;
    if (mmsi === null) this.card.close();
    else this.card.open(mmsi);
    document.body.classList.toggle("with-card", mmsi !== null);
    this.map.triggerRepaint();
  }

  private goTo(mmsi: number): void {
    this.select(mmsi);
    const c = this.fleet.byMmsi.get(mmsi);
    if (c) this.map.flyTo({ center: [c.lon, c.lat], zoom: Math.max(this.map.getZoom(), 11), duration: 900 });
  }

  private centre(mmsi: number): void {
    const c = this.fleet.byMmsi.get(mmsi);
    if (c) this.map.easeTo({ center: [c.lon, c.lat], duration: 400 });
  }

  private showAlert(alert: Alert): void {
    this.alerts.choose(alert.id);
    const known = alert.subjects.map((m) => this.fleet.byMmsi.get(m)).filter((c) => c !== undefined);
    const first = known[0];
    const lon = first?.lon ?? alert.lon;
    const lat = first?.lat ?? alert.lat;
    if (first) this.select(first.mmsi);
    if (lon === null || lon === undefined || lat === null || lat === undefined) return;
    if (known.length > 1) {
      const lons = known.map((c) => c.lon);
      const lats = known.map((c) => c.lat);
      const box: [number, number, number, number] =
        [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
      this.map.fitBounds(box, { padding: 140, maxZoom: 13, duration: 900 });
      return;
    }
    this.map.flyTo({ center: [lon, lat], zoom: Math.max(this.map.getZoom(), 11.5), duration: 900 });
  }

  /** Do something with an alert; what went wrong, or nothing. The change shows at once, and comes back with the feed. */
  private async act(alert: Alert, path: string, body: object, change: Partial<Alert>): Promise<string> {
    try {
      const answer = await fetch(`api/${path}`, {
        method: "POST", headers: { "content-type": "application/json" },
        body: JSON.stringify({ who: recall("who") || "watch", ...body }),
      });
      if (!answer.ok) return ((await answer.json()) as { error?: string }).error ?? String(answer.status);
      this.takeAlerts([{ ...alert, ...change }], false);
      return "";
    } catch (error) {
      return String(error);
    }
  }

  private async acknowledge(alert: Alert): Promise<string> {
    try {
      const answer = await fetch(`api/alerts/${encodeURIComponent(alert.id)}/ack`, {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ who: recall("who") || "watch" }),
      });
      if (answer.ok) {
        this.takeAlerts([{ ...alert, state: "acknowledged" }], false);
        return "";
      }
      const body = (await answer.json().catch(() => ({}))) as { error?: string };
      return body.error ?? String(answer.status);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private hover(x: number | null, y: number): void {
    this.readout.at(x, y);
    const hit = x === null ? undefined : nearest(this.fleet, this.view, this.clock, this.layer.hidden, { x, y }, 13);
    const mmsi = hit?.mmsi ?? null;
    this.map.getCanvas().style.cursor = mmsi === null ? "" : "pointer";
    if (mmsi !== this.overlay.hovered) {
      this.overlay.hovered = mmsi;
      this.map.triggerRepaint();
    }
  }

  private hide(mask: number): void {
    this.layer.hidden = mask;
    this.overlay.hidden = mask;
    this.map.triggerRepaint();
  }

  private cycleVectors(): void {
    const next = (AHEAD.indexOf(this.layer.ahead) + 1) % AHEAD.length;
    this.layer.ahead = AHEAD[next] ?? 0;
    remember("vectors", String(next));
    this.words();
  }

  private cycleLabels(): void {
    this.overlay.mode = LABELS[(LABELS.indexOf(this.overlay.mode) + 1) % LABELS.length] ?? "top";
    remember("labels", this.overlay.mode);
    this.words();
  }

  private togglePalette(): void {
    applyPalette(currentPalette() === "day" ? "night" : "day");
    this.layer.colours = shipColours();
    this.overlay.recolour();
    repaint(this.map);
    this.words();
  }

  private toggleHelp(): void {
    if (this.help.open) this.help.close();
    else this.help.showModal();
  }

  /** Everything whose words or colours depend on a setting. */
  private words(): void {
    const minutes = this.layer.ahead / 60;
    const vectors = minutes > 0 ? t("min", { n: minutes }) : t("off");
    this.legend.build(vectors, this.overlay.mode === "off" ? t("off") : t(`labels.${this.overlay.mode}`));
    must("attribution").textContent = t("attribution");
    this.search.words();
    this.alerts.rebuild();
    if (this.card.mmsi !== null) this.card.build();
    buildHelp(this.help, (code) => {
      setLanguage(code);
      remember("lang", code);
      this.words();
    });
    this.map.triggerRepaint();
  }

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, select, textarea")) return;
    const actions: Record<string, () => void> = {
      d: () => this.togglePalette(), v: () => this.cycleVectors(), l: () => this.cycleLabels(),
      f: () => this.legend.toggleOpen(), "/": () => this.search.focus(), "?": () => this.toggleHelp(),
      a: () => this.alerts.acknowledgeChosen(),
      n: () => {
        const next = this.alerts.next();
        if (next) this.showAlert(next);
      },
      Home: () => this.map.fitBounds(HOME, { duration: 900 }),
      Escape: () => this.select(null),
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || (this.help.open && event.key !== "?")) return;
    event.preventDefault();
    action();
  }

  /** Where a ship is drawn now, in CSS pixels of the map. */
  screen(mmsi: number): { x: number; y: number } | null {
    const c = this.fleet.byMmsi.get(mmsi);
    if (!c) return null;
    const [mx, my] = drawnAt(c, this.clock.reckon());
    return { x: this.view.xOfMercator(mx), y: this.view.yOfMercator(my) };
  }
}
