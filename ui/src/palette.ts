// Palettes live as CSS variables in style.css; this reads them for the map, the canvas and the shaders.

import { CATEGORIES } from "./fleet";

export type PaletteName = "night" | "day";
export const PALETTES: PaletteName[] = ["night", "day"];

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

export function currentPalette(): PaletteName {
  return document.documentElement.dataset.palette === "day" ? "day" : "night";
}

export function applyPalette(name: PaletteName): void {
  document.documentElement.dataset.palette = name;
  remember("palette", name);
}

/** A setting of this browser; the address bar outranks it, so that a link can carry a look. */
export function recall(key: string): string | null {
  const asked = new URLSearchParams(location.search).get(key);
  if (asked !== null) return asked;
  try {
    return localStorage.getItem(`selat.${key}`);
  } catch {
    return null; // storage is switched off: the default does
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`selat.${key}`, value);
  } catch {
    // storage is switched off: the choice lasts as long as the page
  }
}
