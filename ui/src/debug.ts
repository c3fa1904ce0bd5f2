// A small window into the page for tests: `window.selat`.

import type { App } from "./app";

export interface Probe {
  counts(): { ships: number; labels: number; named: number; alerts: number; frames: number };
  mmsis(): number[];
  screen(mmsi: number): { x: number; y: number } | null;
  select(mmsi: number | null): void;
  feed(): { mode: string; state: string; banner: string };
  ready(): boolean;
  showShips(on: boolean): void;
}

declare global {
  interface Window {
    selat: Probe;
  }
}

export function expose(app: App): void {
  window.selat = {
    counts: () => ({
      ships: app.fleet.size, labels: app.fleet.labels.size, named: app.overlay.shown.size,
      alerts: app.alerts.alerts.size, frames: app.layer.frames,
    }),
    mmsis: () => app.fleet.contacts.map((c) => c.mmsi),
    screen: (mmsi) => app.screen(mmsi),
    select: (mmsi) => app.select(mmsi),
    feed: () => {
      const { state, banner } = app.watchdog.judge();
      return { mode: app.feed.mode, state, banner };
    },
    showShips: (on) => void app.map.setLayoutProperty("ships", "visibility", on ? "visible" : "none"),
    ready: () => app.map.loaded() && app.layer.frames > 1 && app.fleet.size > 0,
  };
}
