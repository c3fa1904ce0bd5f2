// The parts of the page, made and tied to each other; what the page does with them is in app.ts.

import { addProtocol, Map as MapLibre, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { AlertDesk } from "./alertdesk";
import type { AlertPanel } from "./alerts";
import { Anchors } from "./anchors";
import { prepare, style } from "./basemap";
import { ShipPanel } from "./card";
import { Boats } from "./boats";
import { Choice } from "./choice";
import { PictureClock } from "./clock";
import { must } from "./dom";
import { Drawer } from "./drawer";
import { Feed } from "./feed";
import { type Contact, Fleet } from "./fleet";
import { fill } from "./filled";
import { readFilter } from "./filter";
import { Hands } from "./hands";
import { Herald } from "./herald";
import { Legs } from "./legs";
import { Legend, Readout } from "./legend";
import { Look } from "./look";
import { type Box, Opening } from "./opening";
import { Overlay } from "./overlay";
import { Player } from "./player";
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
const HOME: Box = [103.55, 1.0, 104.45, 1.42];
const BOUNDS: Box = [88, -12, 126, 24];

function makeMap(): MapLibre {
  prepare({ setWorkerUrl, addProtocol }, workerUrl);
  const map = new MapLibre({
    container: "map", style: style(), bounds: HOME, hash: true, attributionControl: false, fadeDuration: 0,
    maxBounds: BOUNDS, minZoom: 4, maxZoom: 17, dragRotate: false, touchPitch: false, pitchWithRotate: false,
    keyboard: false, renderWorldCopies: false, canvasContextAttributes: { antialias: false, preserveDrawingBuffer: false },
  });
  map.touchZoomRotate.disableRotation();
  return map;
}

export abstract class Parts {
  /** The time of the picture that is shown. */
  readonly clock = new PictureClock();
  /** The present, also while the past is shown. */
  readonly present = new PictureClock();
  readonly fleet = new Fleet();
  readonly map: MapLibre;
  readonly view: View;
  readonly layer = new ShipLayer(this.fleet, this.clock);
  readonly overlay: Overlay;
  readonly opening: Opening;
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
  readonly drawer: Drawer;
  protected readonly herald = new Herald(document.body);
  protected readonly bar: TopBar;
  protected readonly readout: Readout;
  /** Elements on the map that names keep clear of. */
  readonly furniture: HTMLElement[] = ["legend", "readout", "attribution", "tools", "evidence", "zone-panel", "boats"].map(must);

  constructor() {
    this.map = makeMap();
    this.opening = new Opening(this.map, this.fleet, HOME);
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
      applied: () => this.viewed(), listed: () => this.filtered(false), loaded: () => {
        this.boats.setAssets(this.views.assets);
        this.keptCame();
      },
    });
    this.overlay = new Overlay(must("overlay") as HTMLCanvasElement, this.map, this.view, this.fleet, this.clock,
      { watched: this.watched, zones: this.zones, tools: this.tools, editor: this.editor, legs: this.legs });
    this.desk = new AlertDesk(this.map, this.fleet, {
      show: (a) => this.choice.alert(a), changed: () => this.alertsChanged(), select: (mmsi) => this.choice.goTo(mmsi),
      goTo: (ms) => this.player.go(ms), report: (a) => this.report("alert", a.id),
    });
    this.look = new Look(this.map, this.layer, this.overlay, this.zones, this.trails, this.desk.slice, () => this.words());
    this.card = new ShipPanel(must("card"), this.fleet, this.watched, {
      close: () => this.select(null), report: (mmsi) => this.report("ship", String(mmsi)),
      centre: (mmsi) => this.choice.centre(mmsi),
      watch: () => this.watchChosen(),
      track: (features) => fill(this.map, "track", features),
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
    this.editor.onReport = (name) => this.report("area", name);
    this.drawer = new Drawer(must("side"), must("map-area"), { moved: () => this.map.triggerRepaint() });
    this.timebar = new TimeBar(must("timebar"), this.player, () => this.present.now(), (alert) => this.desk.show(alert));
    this.choice = new Choice(this);
    this.feed = this.makeFeed();
    this.watchdog = new Watchdog(this.feed);
    new Hands(this.map, this.view, this.fleet, this.clock, this.tools, this.editor, this.legs, {
      select: (mmsi) => this.select(mmsi), hover: (hit, x, y) => this.hover(hit, x, y), held: () => this.card.setFollow(false),
      menu: (x, y, mmsi) => this.menu(x, y, mmsi),
    });
  }

  /** The connection that brings the picture. */
  protected abstract makeFeed(): Feed;
  /** The instant that is shown has changed, or how it moves. */
  protected abstract played(): void;
  /** Alerts came, or were changed here. */
  protected abstract alertsChanged(): void;
  /** A saved view was chosen. */
  protected abstract viewed(): void;
  /** The filter was changed. */
  protected abstract filtered(keep?: boolean): void;
  /** Language, colours or layers were changed. */
  protected abstract words(): void;
  protected abstract hover(hit: Contact | undefined, x: number | null, y: number): void;
  /** Views, lists and keys of who is here have come. */
  protected abstract keptCame(): void;
  protected abstract report(kind: "ship" | "alert" | "area", about: string): void;
  abstract menu(x: number, y: number, mmsi: number | null): void;
  abstract select(mmsi: number | null): void;
  abstract watchChosen(): void;

  get alerts(): AlertPanel {
    return this.desk.panel;
  }
}
