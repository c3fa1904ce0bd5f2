// A zone that is being drawn or changed: its corners and what is done with them. No drawing, no form.

import type { Geometry } from "geojson";
import { ahead, leg } from "./geo";

export type Shape = "area" | "line" | "circle";
export type Point = [number, number];

const STEPS = 72;

export class Draft {
  points: Point[] = [];
  /** Holes of an area that was imported; kept as they are. */
  holes: Point[][] = [];
  /** Metres to either side of a line, or of a circle's radius. */
  width = 500;
  /** The corner that is worked on. */
  chosen = -1;
  /** Corners are still being added by pressing on the map. */
  open = true;
  /** The lines differ from those that were loaded. */
  moved = false;

  constructor(readonly shape: Shape) {}

  /** The zone of a GeoJSON geometry, or null for one that this cannot edit. */
  static of(geometry: Geometry, width: number): Draft | null {
    const shape: Shape | null = geometry.type === "Polygon" ? "area" : geometry.type === "LineString" ? "line" : geometry.type === "Point" ? "circle" : null;
    if (!shape) return null;
    const draft = new Draft(shape);
    draft.open = false;
    if (Number.isFinite(width)) draft.width = width;
    if (geometry.type === "Polygon") {
      const rings = geometry.coordinates.map((r) => r.slice(0, -1).map((p): Point => [p[0] as number, p[1] as number]));
      draft.points = rings[0] ?? [];
      draft.holes = rings.slice(1);
    } else if (geometry.type === "LineString") draft.points = geometry.coordinates.map((p): Point => [p[0] as number, p[1] as number]);
    else if (geometry.type === "Point") draft.points = [[geometry.coordinates[0] as number, geometry.coordinates[1] as number]];
    return draft;
  }

  get least(): number {
    return this.shape === "area" ? 3 : this.shape === "line" ? 2 : 1;
  }

  get complete(): boolean {
    return this.points.length >= this.least;
  }

  /** Adds a corner at the end; of a circle the second one says how far it reaches. */
  add(p: Point): void {
    if (this.shape === "circle" && this.points.length > 0) {
      this.reach(p);
      this.open = false;
      return;
    }
    this.points.push(p);
    this.chosen = this.points.length - 1;
    this.moved = true;
  }

  reach(p: Point): void {
    const c = this.points[0];
    if (c) this.width = Math.max(10, Math.round(leg(c[0], c[1], p[0], p[1]).metres));
    this.moved = true;
  }

  insert(after: number, p: Point): void {
    this.points.splice(after + 1, 0, p);
    this.chosen = after + 1;
    this.moved = true;
  }

  move(k: number, p: Point): void {
    if (!this.points[k]) return;
    this.points[k] = p;
    this.chosen = k;
    this.moved = true;
  }

  /** Takes a corner out; the last ones of a finished shape stay. */
  remove(k: number): void {
    if (!this.points[k] || (!this.open && this.points.length <= this.least)) return;
    this.points.splice(k, 1);
    this.chosen = Math.min(k, this.points.length - 1);
    this.moved = true;
  }

  step(by: number): void {
    const n = this.points.length;
    if (n > 0) this.chosen = (Math.max(this.chosen, 0) + by + n) % n;
  }

  /** Middles of the sides, where a corner can be put in: [the corner before, the place]. */
  middles(): [number, Point][] {
    if (this.open || this.shape === "circle") return [];
    const n = this.points.length;
    const out: [number, Point][] = [];
    for (let k = 0; k < (this.shape === "area" ? n : n - 1); k++) {
      const p = this.points[k] as Point, q = this.points[(k + 1) % n] as Point;
      out.push([k, [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2]]);
    }
    return out;
  }

  /** The handle of a circle's reach, to the east of its middle. */
  handle(): Point | null {
    const c = this.points[0];
    return this.shape === "circle" && c ? ahead(c[0], c[1], 90, this.width) : null;
  }

  geometry(): Geometry {
    if (this.shape === "circle") return { type: "Point", coordinates: this.points[0] as Point };
    if (this.shape === "line") return { type: "LineString", coordinates: this.points };
    return { type: "Polygon", coordinates: [this.points, ...this.holes].map((r) => [...r, r[0] as Point]) };
  }
}

/** The edge of a circle, closed. */
export function circle(c: Point, metres: number): Point[] {
  return Array.from({ length: STEPS + 1 }, (_, k) => ahead(c[0], c[1], (k * 360) / STEPS, metres));
}

/** The edge of what lies within so many metres of a line, closed: offsets at its corners, half circles at its ends. */
export function corridor(line: Point[], metres: number): Point[] {
  const bearing = (a: Point, b: Point) => leg(a[0], a[1], b[0], b[1]).bearing;
  const at = (p: Point, angle: number, far = metres) => ahead(p[0], p[1], (angle + 720) % 360, far);
  const n = line.length;
  if (n < 2) return line[0] ? circle(line[0], metres) : [];
  const side = (way: Point[]): Point[] => way.flatMap((p, k) => {
    const into = k > 0 ? bearing(way[k - 1] as Point, p) : NaN;
    const out = k < n - 1 ? bearing(p, way[k + 1] as Point) : NaN;
    if (k === 0) return [at(p, out - 90)];
    if (k === n - 1) return [at(p, into - 90), ...[-60, -30, 0, 30, 60].map((a) => at(p, into + a))];
    const turn = ((out - into + 540) % 360) - 180;
    const half = Math.max(Math.cos((turn * Math.PI) / 360), 0.35);
    return [at(p, into + turn / 2 - 90, metres / half)];
  });
  const edge = [...side(line), ...side([...line].reverse())];
  return [...edge, edge[0] as Point];
}
