// The page as a whole: owns the parts, passes on what one tells the others.

import { type GeoJSONSource, Map as MapLibre, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { AlertDesk } from "./alertdesk";
import type { AlertPanel } from "./alerts";
import { Anchors } from "./anchors";
import { loadLand, loadPorts, style } from "./basemap";
import { ShipPanel } from "./card";
import { Boats } from "./boats";
import { Choice } from "./choice";
import { PictureClock } from "./clock";
import { expose } from "./debug";
import { must } from "./dom";
import { Feed } from "./feed";
import { type Contact, drawnAt, Fleet } from "./fleet";
import { keepFilter, readFilter, sieveOf } from "./filter";
import { Hands } from "./hands";
import { buildHelp } from "./help";
import { setLanguage, t } from "./i18n";
import { press } from "./keys";
import { Legs } from "./legs";
import { Legend, Readout } from "./legend";
import { Look } from "./look";
import { Overlay } from "./overlay";
import { Player } from "./player";
import { recall, remember } from "./settings";
import { SearchBox } from "./search";
import { ShipLayer } from "./shiplayer";
import { TimeBar } from "./timebar";
import { Tools } from "./tools";
import { TopBar } from "./topbar";
import { Trails } from "./trails";
import { View } from "./view";
import { Views } from "./views";
import { Watchdog } from "./watchdog";
import { Watched } from "./watched";
import { ZoneEditor } from "./zoneeditor";
import { ZoneLayer } from "./zones";

/** Tuas to Horsburgh, whatever the size of the screen. */
const HOME: [number, number, number, number] = [103.55, 1.0, 104.45, 1.42];
const BOUNDS: [number, number, number, number] = [88, -12, 126, 24];
const ZONES_EVERY_MS = 60_000;

export class App {
  /** The time of the picture that is shown. */
  readonly clock = new PictureClock();
  /** The present, also while the past is shown. */
  readonly present = new PictureClock();
  readonly fleet = new Fleet();
  readonly map: MapLibre;
  readonly view: View;
  readonly layer = new ShipLayer(this.fleet, this.clock);
  readonly overlay: Overlay;
  readonly desk: AlertDesk;
  readonly choice: Choice;
  readonly card: ShipPanel;
  readonly feed: Feed;
  readonly watchdog: Watchdog;
  readonly search: SearchBox;
  readonly legend: Legend;
  readonly look: Look;
  readonly tools: Tools;
  readonly zones: ZoneLayer;
  readonly trails: Trails;
  readonly editor: ZoneEditor;
  readonly legs: Legs;
  readonly boats: Boats;
  readonly views: Views;
  readonly player: Player;
  readonly timebar: TimeBar;
  readonly watched = new Watched();
  readonly wanted = readFilter();
  readonly help = must("help") as HTMLDialogElement;
  private readonly bar: TopBar;
  private readonly readout: Readout;
  private title = "selat";
  private fault = "";
  private asked = Number(recall("at")) || null; // an instant the address names
  /** Elements on the map that names keep clear of. */
  private readonly furniture = ["legend", "readout", "attribution", "tools", "evidence", "zone-panel", "boats"].map(must);

  constructor() {
    setWorkerUrl(new URL(workerUrl, location.href).href);
    this.map = new MapLibre({
      container: "map", style: style(), bounds: HOME, hash: true, attributionControl: false, fadeDuration: 0,
      maxBounds: BOUNDS, minZoom: 4, maxZoom: 17, dragRotate: false, touchPitch: false, pitchWithRotate: false,
      keyboard: false, renderWorldCopies: false, canvasContextAttributes: { antialias: true, preserveDrawingBuffer: false },
    });
    this.map.touchZoomRotate.disableRotation();
    this.view = new View(this.map);
    this.zones = new ZoneLayer(this.map, this.view);
    this.editor = new ZoneEditor(must("zone-panel"), this.map, this.view, this.zones);
    this.trails = new Trails(this.map, this.fleet);
    const anchors = new Anchors(this.fleet, this.clock);
    this.tools = new Tools(must("tools"), this.view, anchors,
      { changed: () => this.map.triggerRepaint(), selected: () => this.card.mmsi, zones: () => this.editor.toggle(), legs: () => this.legs.toggle() });
    this.legs = new Legs(must("tools"), this.view, anchors, () => this.map.triggerRepaint());
    this.boats = new Boats(must("boats"), this.fleet, this.clock);
    this.views = new Views(this.map, this.watched, {
      applied: () => this.viewed(), listed: () => this.filtered(false), loaded: () => this.boats.setAssets(this.views.assets),
    });
    this.overlay = new Overlay(must("overlay") as HTMLCanvasElement, this.map, this.view, this.fleet, this.clock,
      { watched: this.watched, zones: this.zones, tools: this.tools, editor: this.editor, legs: this.legs });
    this.desk = new AlertDesk(this.map, this.fleet, {
      show: (a) => this.choice.alert(a), changed: () => this.alertsChanged(), select: (mmsi) => this.choice.goTo(mmsi),
      goTo: (ms) => this.player.go(ms),
    });
    this.look = new Look(this.map, this.layer, this.overlay, this.zones, this.trails, this.desk.slice, () => this.words());
    this.card = new ShipPanel(must("card"), this.fleet, this.watched, {
      close: () => this.select(null),
      centre: (mmsi) => this.choice.centre(mmsi),
      watch: () => this.watchChosen(),
      track: (features) => {
        const source = this.map.getSource("track") as GeoJSONSource | undefined;
        void source?.setData({ type: "FeatureCollection", features });
      },
      alertsOf: (mmsi) => [...this.alerts.alerts.values()].filter((a) => a.subjects.includes(mmsi)),
      show: (alert) => this.desk.show(alert), past: () => this.player.at, goTo: (ms) => this.player.go(ms),
      place: (lon, lat) => void this.map.easeTo({ center: [lon, lat], duration: 500 }),
    });
    this.search = new SearchBox(this.fleet, (mmsi, last) => this.choice.goTo(mmsi, last));
    this.bar = new TopBar(must("topbar"), must("banner"), this.search.root);
    this.legend = new Legend(must("legend"), this.fleet, this.wanted, {
      filtered: () => this.filtered(), vectors: () => this.look.cycleVectors(), labels: () => this.look.cycleLabels(),
      zones: () => this.look.cycleZones(), trails: () => this.look.cycleTrails(), resized: () => this.map.triggerRepaint(),
    });
    this.readout = new Readout(must("readout"), this.view);
    this.player = new Player(this.fleet, this.clock, {
      now: () => this.present.now(), changed: () => this.played(),
      live: () => {
        this.trails.clear();
        this.fleet.setAlerts(this.alerts.alerts.values());
        this.feed.restart();
      },
    });
    this.timebar = new TimeBar(must("timebar"), this.player, () => this.present.now(), (alert) => this.desk.show(alert));
    this.choice = new Choice(this);
    this.feed = this.makeFeed();
    this.watchdog = new Watchdog(this.feed);
    new Hands(this.map, this.view, this.fleet, this.clock, this.tools, this.editor, this.legs, {
      select: (mmsi) => this.select(mmsi), hover: (hit, x, y) => this.hover(hit, x, y), held: () => this.card.setFollow(false),
    });
  }

  private makeFeed(): Feed {
    return new Feed({
      rows: (rows, clockMs, all) => {
        this.present.tick(clockMs);
        this.watchdog.frame(rows.length, all);
        if (this.player.at !== null) return;
        this.clock.tick(clockMs);
        this.fleet.apply(rows, clockMs, all);
        this.heard();
      },
      labels: (labels, all) => this.fleet.setLabels(labels, all),
      alerts: (alerts, all) => this.desk.take(alerts, all),
      health: (health) => {
        this.watchdog.health = health;
      },
    });
  }

  /** The instant that is shown has changed, or how it moves. */
  private played(): void {
    const past = this.player.at !== null;
    document.documentElement.toggleAttribute("data-past", past);
    if (past) this.choice.heard(true);
    this.timebar.changed();
    this.map.triggerRepaint();
  }

  /** The contacts are at a new time. */
  private heard(): void {
    this.trails.heard();
    this.card.heard();
    this.choice.heard();
    this.map.triggerRepaint();
  }

  start(): void {
    this.look.begin();
    this.filtered(false);
    this.map.on("load", () => this.loaded());
    this.map.on("render", () => this.frame());
    this.map.on("error", (event) => {
      this.fault = t("banner.gl", { reason: event.error?.message ?? "" });
    });
    document.addEventListener("keydown", (event) => {
      if (press(this, event)) event.preventDefault();
    });
    setInterval(() => this.second(), 500);
    setInterval(() => this.fleet.prune(this.clock.now()), 60_000);
    setInterval(() => void this.zones.load(), ZONES_EVERY_MS);
    this.bar.addButton("▤", "views", () => this.views.open());
    this.bar.addButton("◐", "palette", () => this.look.cyclePalette(1));
    this.bar.addButton("?", "help", () => this.toggleHelp());
    this.words();
    this.desk.start();
    void this.views.load();
    void this.about();
    this.animate();
    expose(this);
  }

  private async loaded(): Promise<void> {
    this.zones.add();
    this.trails.add();
    this.desk.slice.add();
    this.map.addLayer(this.layer);
    void this.zones.load().then(() => this.map.triggerRepaint());
    void loadPorts().then((ports) => {
      this.overlay.ports = ports;
      this.map.triggerRepaint();
    });
    try {
      this.boats.coasts = await loadLand(this.map);
    } catch (error) {
      this.fault = t("banner.map", { reason: error instanceof Error ? error.message : String(error) });
    }
  }

  private async about(): Promise<void> {
    const answer = await fetch("api/about");
    if (!answer.ok) return;
    const about = (await answer.json()) as { title: string; can_acknowledge: boolean; can_draw: boolean; user?: { name: string } };
    if (about.user) this.bar.logOut(about.user.name);
    this.desk.account = this.editor.account = about.user?.name ?? "";
    this.editor.may = about.can_draw;
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
    if (this.asked !== null && this.present.known) {
      this.player.go(this.asked);
      this.asked = null;
    }
    this.timebar.tick();
    this.search.history = this.timebar.there;
    if (this.player.at !== null) this.played();
    this.bar.past = this.player.at === null ? null : this.player.playing ? this.player.pace * this.player.direction : 0;
    this.bar.tick(verdict, now, this.clock.rate, this.fleet.size, this.fleet.shown, this.watchdog.health);
    this.alerts.tick(this.present.now());
    this.card.tick(now);
    this.legend.tick();
    this.tools.tick();
    this.legs.tick();
    this.boats.work();
    this.trails.draw(now);
    const open = this.alerts.open;
    const title = verdict.state === "stopped" ? `⚠ ${this.title}` : open > 0 ? `(${open}) ${this.title}` : this.title;
    if (document.title !== title) document.title = title;
  }

  private alertsChanged(): void {
    if (this.player.at === null) this.fleet.setAlerts(this.alerts.alerts.values());
    if (this.card.mmsi !== null) this.card.build();
    this.map.triggerRepaint();
  }

  get alerts(): AlertPanel {
    return this.desk.panel;
  }

  select(mmsi: number | null): void {
    this.choice.select(mmsi);
  }

  private hover(hit: Contact | undefined, x: number | null, y: number): void {
    this.readout.at(x, y);
    if (x !== null) this.boats.at(this.view.lonAt(x), this.view.latAt(y));
    const mmsi = hit?.mmsi ?? null;
    this.map.getCanvas().style.cursor = this.tools.first || this.legs.open || this.editor.draft?.open ? "crosshair" : mmsi === null ? "" : "pointer";
    if (mmsi !== this.overlay.hovered) {
      this.overlay.hovered = mmsi;
      this.map.triggerRepaint();
    }
  }

  private filtered(keep = true): void {
    this.fleet.setSieve(sieveOf(this.wanted, this.watched.ships));
    if (!keep) return;
    keepFilter(this.wanted);
    this.legend.build(this.look.says());
    this.map.triggerRepaint();
  }

  /** A saved view was chosen: everything as the address has it now. */
  private viewed(): void {
    Object.assign(this.wanted, readFilter());
    this.look.again();
    this.filtered(false);
  }

  /** The chosen ship is one of ours, or no longer. */
  ownChosen(): void {
    if (this.card.mmsi !== null) this.boats.toggle(this.card.mmsi);
  }

  /** Puts the chosen ship on the watch list, or takes it off. */
  watchChosen(): void {
    if (this.card.mmsi === null) return;
    this.watched.toggle(this.card.mmsi);
    this.filtered(false);
    this.card.build();
    this.map.triggerRepaint();
  }

  /** The instant shown, by minutes. */
  minute(by: number): void {
    this.player.go((this.player.at ?? this.present.now()) + by * 60_000);
  }

  home(): void {
    this.map.fitBounds(HOME, { duration: 900 });
  }

  /** Gives up what was begun, and then the choice. */
  escape(): void {
    if (this.editor.escape()) return;
    if (this.legs.open) {
      this.legs.toggle();
      return;
    }
    if (this.tools.first) this.tools.start();
    else if (this.desk.evidence.id !== null) this.desk.evidence.close();
    else this.select(null);
  }

  toggleHelp(): void {
    if (this.help.open) this.help.close();
    else this.help.showModal();
  }

  /** Everything whose words or colours depend on a setting. */
  private words(): void {
    this.legend.build(this.look.says());
    must("attribution").textContent = t("attribution");
    this.search.words();
    this.tools.words();
    this.bar.words();
    this.timebar.words();
    this.desk.words();
    this.editor.words();
    this.boats.build();
    if (this.card.mmsi !== null) this.card.build();
    buildHelp(this.help, (code) => {
      setLanguage(code);
      remember("lang", code);
      this.words();
    });
    this.trails.draw(this.clock.now(), true);
    this.map.triggerRepaint();
  }

  /** Where a ship is drawn now, in CSS pixels of the map. */
  screen(mmsi: number): { x: number; y: number } | null {
    const c = this.fleet.byMmsi.get(mmsi);
    if (!c) return null;
    const [mx, my] = drawnAt(c, this.clock.reckon());
    return { x: this.view.xOfMercator(mx), y: this.view.yOfMercator(my) };
  }
}
