// Palettes live as CSS variables in style.css; this reads them for the map, the canvas and the shaders.

import { CATEGORIES } from "./fleet";
import { remember } from "./settings";

/** `night` is the ops room's table, `bridge` the dimmed one of S-52. */
export const PALETTES = ["day", "dusk", "night", "bridge"] as const;
export type PaletteName = (typeof PALETTES)[number];

export interface ShipColours {
  categories: Float32Array;
  alerts: Float32Array;
  edge: Float32Array;
  select: Float32Array;
}

/** The value of a CSS variable, such as `--land`. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function rgb(colour: string): number[] {
  const short = colour.replace("#", "");
  const hex = short.length < 6 ? [...short].map((c) => c + c).join("") : short; // the build shortens #ffffff
  return [0, 2, 4].map((k) => parseInt(hex.slice(k, k + 2), 16) / 255);
}

export function shipColours(): ShipColours {
  const alerts = ["--muted", "--caution", "--warning", "--alarm", "--emergency"];
  return {
    categories: new Float32Array(CATEGORIES.flatMap((c) => rgb(token(`--ship-${c}`)))),
    alerts: new Float32Array(alerts.flatMap((name) => rgb(token(name)))),
    edge: new Float32Array(rgb(token("--ship-edge"))),
    select: new Float32Array(rgb(token("--select"))),
  };
}

export function isPalette(name: string | null | undefined): name is PaletteName {
  return (PALETTES as readonly string[]).includes(name ?? "");
}

/** The palette that many steps on, round and round. */
export function paletteAfter(name: PaletteName, steps: number): PaletteName {
  const n = PALETTES.length;
  return PALETTES[(PALETTES.indexOf(name) + steps + n) % n] ?? "night";
}

export function currentPalette(): PaletteName {
  const now = document.documentElement.dataset.palette;
  return isPalette(now) ? now : "night";
}

export function applyPalette(name: PaletteName): void {
  document.documentElement.dataset.palette = name;
  remember("palette", name);
}
