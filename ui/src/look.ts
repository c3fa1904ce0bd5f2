// How the map looks: palette, vectors, trails, names, zones. Each choice stands in the address.

import type { Map as MapLibre } from "maplibre-gl";
import { repaint } from "./basemap";
import { t } from "./i18n";
import type { Says } from "./legend";
import type { LabelMode, Overlay } from "./overlay";
import { applyPalette, currentPalette, isPalette, type PaletteName, paletteAfter, shipColours } from "./palette";
import { recall, remember } from "./settings";
import type { ShipLayer } from "./shiplayer";
import type { Slice } from "./slice";
import type { Trails } from "./trails";
import type { ZoneLayer } from "./zones";

const AHEAD_MIN = [6, 12, 30, 0];
const TRAIL_MIN = [0, 6, 12, 30];
const LABELS: LabelMode[] = ["top", "all", "off"];

function after<T>(list: readonly T[], now: T): T {
  return list[(list.indexOf(now) + 1) % list.length] as T;
}

function oneOf(list: number[], text: string | null): number {
  const value = Number(text);
  return text !== null && text !== "" && list.includes(value) ? value : (list[0] as number);
}

export class Look {
  constructor(
    private readonly map: MapLibre, private readonly layer: ShipLayer, private readonly overlay: Overlay,
    private readonly zones: ZoneLayer, private readonly trails: Trails, private readonly slice: Slice,
    private readonly changed: () => void,
  ) {}

  /** As the address or this browser has it. */
  begin(): void {
    this.layer.ahead = oneOf(AHEAD_MIN, recall("vectors")) * 60;
    this.trails.seconds = oneOf(TRAIL_MIN, recall("trails")) * 60;
    const mode = recall("labels") as LabelMode;
    this.overlay.mode = LABELS.includes(mode) ? mode : "top";
    this.zones.shown = recall("zones") !== "off";
    this.layer.colours = shipColours();
  }

  says(): Says {
    const minutes = (s: number) => (s > 0 ? t("min", { n: s / 60 }) : t("off"));
    const mode = this.overlay.mode;
    return { vectors: minutes(this.layer.ahead), trails: minutes(this.trails.seconds),
      labels: mode === "off" ? t("off") : t(`labels.${mode}`), zones: this.zones.shown ? t("on") : t("off") };
  }

  cycleVectors(): void {
    const next = after(AHEAD_MIN, this.layer.ahead / 60);
    this.layer.ahead = next * 60;
    remember("vectors", String(next));
    this.changed();
  }

  cycleTrails(): void {
    const next = after(TRAIL_MIN, this.trails.seconds / 60);
    this.trails.seconds = next * 60;
    remember("trails", next ? String(next) : "");
    this.changed();
  }

  cycleLabels(): void {
    this.overlay.mode = after(LABELS, this.overlay.mode);
    remember("labels", this.overlay.mode);
    this.changed();
  }

  cycleZones(): void {
    this.zones.show(!this.zones.shown);
    remember("zones", this.zones.shown ? "" : "off");
    this.changed();
  }

  cyclePalette(by: number): void {
    this.paint(paletteAfter(currentPalette(), by));
  }

  /** As the address has it now: a saved view was chosen. */
  again(): void {
    this.begin();
    this.zones.show(this.zones.shown);
    const asked = recall("palette");
    this.paint(isPalette(asked) ? asked : currentPalette());
  }

  private paint(next: PaletteName): void {
    applyPalette(next);
    this.layer.colours = shipColours();
    this.overlay.recolour();
    repaint(this.map);
    this.zones.repaint();
    this.trails.repaint();
    this.slice.repaint();
    this.changed();
  }
}
