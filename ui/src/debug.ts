// A small window into the page for tests: `window.selat`.

import type { App } from "./app";
import { weatherLayer } from "./beside";
import { CATEGORIES, STRIDE } from "./fleet";
import { stepOf } from "./rank";

export interface Probe {
  counts(): { ships: number; labels: number; named: number; alerts: number; frames: number };
  mmsis(): number[];
  /** Names on the map in the order in which they found room: the room of each, map pixels, and what ranked it. */
  names(): { mmsi: number; step: string; x0: number; y0: number; x1: number; y1: number }[];
  /** What is uploaded for a contact: shape's class, category, bits; and the colours of all categories, 0 to 255. */
  drawn(mmsi: number): { cls: number; category: string; bits: number; colour: number[] } | null;
  /** Arrows of the weather layer that are held, by kind. */
  weather(): Record<string, { lon: number[]; lat: number[]; east: number[]; north: number[]; sources: unknown[] }>;
  screen(mmsi: number): { x: number; y: number } | null;
  select(mmsi: number | null): void;
  feed(): { mode: string; state: string; banner: string };
  /** Milliseconds of the main thread that the last updates of the contacts took. */
  costs(): number[];
  ready(): boolean;
  /** What the tools measure now, in words. */
  tools(): { lines: string[]; ebl: { bearing: number; metres: number } | null; pending: boolean };
  /** Where the handle of the bearing line is, map pixels. */
  handle(): { x: number; y: number } | null;
  /** Where a place is on the map, pixels. */
  project(lon: number, lat: number): { x: number; y: number };
  speed(mmsi: number): number;
  trails(): number;
  /** The instant of the past that is shown, null: live. */
  past(): { at: number; playing: boolean; pace: number; waiting: boolean; alerts: number } | null;
  place(mmsi: number): { lon: number; lat: number } | null;
  alertTicks(): number;
  shown(): number;
  zones(): number;
  /** The zone that is being drawn. */
  draft(): { shape: string; points: [number, number][]; width: number; open: boolean; chosen: number } | null;
  /** Degrees along the edges of the map; `x` is where the text begins, of latitudes where it ends. */
  degrees(): { text: string; x: number; y: number; align: string }[];
  legs(): { metres: number; bearing: number }[];
  minutes(): Record<string, number | null>;
  /** Points of the open evidence that are on the map. */
  slice(): number;
  showShips(on: boolean): void;
  map(): unknown;
  repaint(): void;
}

declare global {
  interface Window {
    selat: Probe;
  }
}

export function expose(app: App): void {
  const costs: number[] = [];
  const apply = app.fleet.apply.bind(app.fleet);
  app.fleet.apply = (rows, clockMs, all) => {
    const begun = performance.now();
    apply(rows, clockMs, all);
    costs.push(performance.now() - begun);
    if (costs.length > 100) costs.shift();
  };
  window.selat = {
    counts: () => ({
      ships: app.fleet.size, labels: app.fleet.labels.size, named: app.overlay.shown.size,
      alerts: app.alerts.alerts.size, frames: app.layer.frames,
    }),
    mmsis: () => app.fleet.contacts.map((c) => c.mmsi),
    names: () => [...app.overlay.shown].map(([mmsi, box]) => ({ mmsi, step: stepOf(app.overlay.ranks.get(mmsi) ?? 0), ...box })),
    drawn: (mmsi) => {
      const c = app.fleet.byMmsi.get(mmsi), colours = app.layer.colours?.categories;
      if (!c || !colours) return null;
      const at = c.slot * STRIDE, k = app.fleet.gpu[at + 9] as number;
      return { cls: app.fleet.gpu[at + 8] as number, category: CATEGORIES[k] ?? "", bits: app.fleet.gpu[at + 11] as number,
        colour: [0, 1, 2].map((n) => Math.round((colours[3 * k + n] as number) * 255)) };
    },
    weather: () => Object.fromEntries(weatherLayer()?.held ?? []),
    screen: (mmsi) => app.screen(mmsi),
    select: (mmsi) => app.select(mmsi),
    feed: () => {
      const { state, banner } = app.watchdog.judge();
      return { mode: app.feed.mode, state, banner };
    },
    tools: () => ({
      lines: app.tools.lines.map((l) => {
        const m = app.tools.measure(l);
        return m ? `${m.range} ${m.cpa}` : "";
      }),
      ebl: app.tools.ebl && { bearing: app.tools.ebl.bearing, metres: app.tools.ebl.metres },
      pending: app.tools.first !== null,
    }),
    handle: () => {
      const at = app.tools.handle();
      return at && { x: app.view.xOf(at[0]), y: app.view.yOf(at[1]) };
    },
    project: (lon, lat) => ({ x: app.view.xOf(lon), y: app.view.yOf(lat) }),
    speed: (mmsi) => app.fleet.byMmsi.get(mmsi)?.sog ?? NaN,
    trails: () => app.trails.lines,
    past: () => {
      const p = app.player;
      return p.at === null ? null
        : { at: p.at, playing: p.playing, pace: p.pace * p.direction, waiting: p.waiting, alerts: p.standing().length };
    },
    place: (mmsi) => {
      const c = app.fleet.byMmsi.get(mmsi);
      return c ? { lon: c.lon, lat: c.lat } : null;
    },
    alertTicks: () => app.timebar.ticks,
    shown: () => app.fleet.shown,
    zones: () => app.zones.count,
    draft: () => {
      const d = app.editor.draft;
      return d && { shape: d.shape, points: d.points, width: d.width, open: d.open, chosen: d.chosen };
    },
    degrees: () => app.overlay.degrees,
    legs: () => app.legs.measured(),
    minutes: () => Object.fromEntries(app.boats.minutes),
    slice: () => app.desk.slice.points,
    showShips: (on) => void app.map.setLayoutProperty("ships", "visibility", on ? "visible" : "none"),
    costs: () => [...costs],
    map: () => app.map,
    repaint: () => app.map.triggerRepaint(),
    ready: () => app.landed && app.map.loaded() && app.layer.frames > 1 && app.fleet.size > 0,
  };
}
