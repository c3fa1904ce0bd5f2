// The page as a whole: what happens when something comes, is chosen or is pressed.

import { loadLand, loadOtherLevels, loadPorts } from "./basemap";
import { expose } from "./debug";
import { must } from "./dom";
import { Feed } from "./feed";
import { type Contact, drawnAt } from "./fleet";
import { keepFilter, readFilter, sieveOf } from "./filter";
import { buildHelp } from "./help";
import { setLanguage, t } from "./i18n";
import { press } from "./keys";
import { take } from "./keymap";
import { closeMenu, openMenu } from "./contextmenu";
import { layersAgain, openKeys, openReport } from "./beside";
import { KEYS_HERE, recall, remember } from "./settings";
import { paperIcon } from "./shapes";
import { Parts } from "./parts";

const ZONES_EVERY_MS = 60_000;
const OTHER_LEVELS_AFTER_MS = 3000;
const SELDOM_MS = 1500; // longer than between two updates of the feed, each of which draws a frame

export class App extends Parts {
  /** The land is on the map. */
  landed = false;
  private land: Promise<void> | null = null; // on its way before the map asks for it
  private title = "selat";
  private fault = "";
  private drawn = -Infinity; // when the last frame was
  private asked = Number(recall("at")) || null; // an instant the address names

  protected makeFeed(): Feed {
    return new Feed({
      rows: (rows, clockMs, all) => {
        this.present.tick(clockMs);
        this.watchdog.frame(rows.length, all);
        if (this.player.at !== null) return;
        this.clock.tick(clockMs);
        this.fleet.apply(rows, clockMs, all);
        if (all) this.opening.came();
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
  protected played(): void {
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
    this.land = loadLand(this.map);
    this.land.catch(() => {}); // said where it is waited for
    this.look.begin();
    this.filtered(false);
    this.map.once("style.load", () => this.loaded()); // not "load": that waits for a first picture without anything on it
    this.map.on("render", () => this.frame());
    this.map.on("error", (event) => {
      const key = (event as { sourceId?: string }).sourceId === "land" ? "banner.map" : "banner.gl";
      this.fault = t(key, { reason: event.error?.message ?? "" });
    });
    document.addEventListener("keydown", (event) => {
      if (press(this, event)) event.preventDefault();
    });
    setInterval(() => this.second(), 500);
    setInterval(() => this.fleet.prune(this.clock.now()), 60_000);
    setInterval(() => void this.zones.load(), ZONES_EVERY_MS);
    this.bar.addButton(paperIcon(), "report", () => openReport(this));
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
      await this.land;
      this.landed = true;
      setTimeout(() => void loadOtherLevels().catch(() => {}), OTHER_LEVELS_AFTER_MS); // else asked for when it is seen
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
    const wait = Math.min(Math.max(700 / Math.max(pixelsPerSecond, 0.01), 50), SELDOM_MS);
    const left = this.drawn + wait - performance.now(); // news of the feed may have drawn one meanwhile
    if (left <= 0 && !document.hidden) this.map.triggerRepaint();
    setTimeout(() => this.animate(), left > 0 ? left : wait);
  }

  private frame(): void {
    this.drawn = performance.now();
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
    this.drawer.tick(this.alerts.open);
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

  protected alertsChanged(): void {
    if (this.player.at === null) this.fleet.setAlerts(this.alerts.alerts.values());
    if (this.card.mmsi !== null) this.card.build();
    this.herald.take(this.alerts.alerts.values());
    this.map.triggerRepaint();
  }

  select(mmsi: number | null): void {
    closeMenu();
    this.choice.select(mmsi);
  }

  /** The menu of a place on the map, or of the ship that is there. */
  menu(x: number, y: number, mmsi: number | null): void {
    openMenu(this, x, y, mmsi);
  }

  /** The same by the keyboard: of the chosen ship, else of the middle of the map. */
  menuHere(): void {
    const { width, height } = this.view.size();
    const at = this.card.mmsi === null ? null : this.screen(this.card.mmsi);
    this.menu(at?.x ?? width / 2, at?.y ?? height / 2, this.card.mmsi);
  }

  protected report(kind: "ship" | "alert" | "area", about: string): void {
    openReport(this, kind, about);
  }

  /** Views, lists and keys of who is here have come. */
  protected keptCame(): void {
    let keys: unknown = this.views.keys;
    try {
      if (!this.views.may) keys = JSON.parse(localStorage.getItem(KEYS_HERE) ?? "null");
    } catch {
      keys = null; // storage is switched off, or somebody wrote nonsense there: the usual keys
    }
    if (!keys) return;
    take(keys);
    this.reworded();
  }

  /** Words, or the keys that they name, are others now. */
  reworded(): void {
    this.words();
  }

  protected hover(hit: Contact | undefined, x: number | null, y: number): void {
    this.readout.at(x, y);
    if (x !== null) this.boats.at(this.view.lonAt(x), this.view.latAt(y));
    const mmsi = hit?.mmsi ?? null;
    this.map.getCanvas().style.cursor = this.tools.first || this.legs.open || this.editor.draft?.open ? "crosshair" : mmsi === null ? "" : "pointer";
    if (mmsi !== this.overlay.hovered) {
      this.overlay.hovered = mmsi;
      this.map.triggerRepaint();
    }
  }

  protected filtered(keep = true): void {
    this.fleet.setSieve(sieveOf(this.wanted, this.watched.ships));
    if (!keep) return;
    keepFilter(this.wanted);
    this.legend.build(this.look.says());
    this.map.triggerRepaint();
  }

  /** A saved view was chosen: everything as the address has it now. */
  protected viewed(): void {
    Object.assign(this.wanted, readFilter());
    this.look.again();
    layersAgain();
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
    this.opening.go(900);
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
  protected words(): void {
    this.legend.build(this.look.says());
    must("attribution").textContent = t("attribution");
    must("side").setAttribute("aria-label", t("side.name"));
    must("tools").setAttribute("aria-label", t("tools.name"));
    this.map.getCanvas().setAttribute("aria-label", t("map.name"));
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
    }, () => openKeys(this));
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
