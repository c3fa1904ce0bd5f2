// Where things lie on the screen: web Mercator, north up, in double precision.

import type { Map as MapLibre } from "maplibre-gl";
import { mercatorX, mercatorY } from "./fleet";

export class View {
  private world = 512;
  private cx = 0.5;
  private cy = 0.5;
  private w = 1;
  private h = 1;

  constructor(private readonly map: MapLibre) {
    this.update();
  }

  /** Reads the map's centre and size; once a frame. */
  update(): void {
    const canvas = this.map.getCanvas();
    const centre = this.map.getCenter();
    this.world = 512 * 2 ** this.map.getZoom();
    this.cx = mercatorX(centre.lng);
    this.cy = mercatorY(centre.lat);
    this.w = canvas.clientWidth;
    this.h = canvas.clientHeight;
  }

  size(): { width: number; height: number } {
    return { width: this.w, height: this.h };
  }

  xOfMercator(x: number): number {
    return (x - this.cx) * this.world + this.w / 2;
  }

  yOfMercator(y: number): number {
    return (y - this.cy) * this.world + this.h / 2;
  }

  xOf(lon: number): number {
    return this.xOfMercator(mercatorX(lon));
  }

  yOf(lat: number): number {
    return this.yOfMercator(mercatorY(lat));
  }

  lonAt(x: number): number {
    return ((x - this.w / 2) / this.world + this.cx - 0.5) * 360;
  }

  latAt(y: number): number {
    const m = (y - this.h / 2) / this.world + this.cy;
    return (Math.atan(Math.exp((0.5 - m) * 2 * Math.PI)) * 360) / Math.PI - 90;
  }

  /** CSS pixels for a mercator unit. */
  get scale(): number {
    return this.world;
  }
}

/** Longitude of a mercator x. */
export function mercatorLon(x: number): number {
  return (x - 0.5) * 360;
}

/** Latitude of a mercator y. */
export function mercatorLat(y: number): number {
  return (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90;
}
