// Lines that searchers follow, changed on the map: corners pulled, put in at the middle of a leg, taken out; the whole moved.

import { NAUTICAL_MILE } from "../units";
import type { Task } from "./api";
import type { Painter } from "./paint";
import { type Places, shifted, split, toLeg } from "./shape";
import type { State } from "./state";

const STEP = 0.1 * NAUTICAL_MILE;

/** A corner, the middle of the leg after a corner, or all of it. */
export type Grip = { kind: "corner" | "middle"; k: number } | { kind: "line" };

export class LineEditor {
  constructor(private readonly painter: Painter, private readonly state: State, private readonly changed: (task: Task, places: Places) => void) {}

  private screen([lat, lon]: [number, number]): [number, number] {
    return [this.painter.view.xOf(lon), this.painter.view.yOf(lat)];
  }

  /** What of a task's line lies at a place on the screen. */
  hit(task: Task, x: number, y: number, reach: number, chosen: boolean): Grip | null {
    const places = this.state.line(task.name);
    if (!places) return null;
    const spots = places.map((p) => this.screen(p));
    if (chosen) {
      const k = spots.findIndex(([px, py]) => Math.hypot(px - x, py - y) <= reach);
      if (k >= 0) return { kind: "corner", k };
      for (let n = 0; task.pattern !== "BS" && n + 1 < spots.length; n++) {
        const a = spots[n] as [number, number], b = spots[n + 1] as [number, number];
        if (Math.hypot((a[0] + b[0]) / 2 - x, (a[1] + b[1]) / 2 - y) <= reach) return { kind: "middle", k: n };
      }
    }
    for (let n = 0; n + 1 < spots.length; n++) {
      if (toLeg([x, y], spots[n] as [number, number], spots[n + 1] as [number, number]) <= reach) return { kind: "line" };
    }
    return null;
  }

  /** The line after a pull at a grip from a place to another, both (lon, lat); and the grip as it is then. */
  pulled(start: Places, grip: Grip, from: [number, number], to: [number, number]): Places {
    if (grip.kind === "line") return start.map(([lat, lon]) => [lat + to[1] - from[1], lon + to[0] - from[0]]);
    const places = grip.kind === "middle" ? split(start, grip.k) : start;
    const k = grip.kind === "middle" ? grip.k + 1 : grip.k;
    this.state.corner = k;
    return places.map((p, n) => (n === k ? [to[1], to[0]] : p));
  }

  /** One key for the line of the chosen task; whether it was one. */
  key(event: KeyboardEvent, task: Task, places: Places): boolean {
    const corner = Math.min(this.state.corner, places.length - 1);
    const ways: Record<string, [number, number]> = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
    const way = ways[event.key];
    if (way) this.changed(task, shifted(places, way[0] * STEP, way[1] * STEP, event.shiftKey ? corner : -1));
    else if (event.key === "[" || event.key === "]") {
      this.state.corner = (corner + (event.key === "]" ? 1 : places.length - 1)) % places.length;
      this.state.tell("line");
    } else if (event.key === "Insert" && task.pattern !== "BS") {
      const k = Math.min(corner, places.length - 2);
      this.state.corner = k + 1;
      this.changed(task, split(places, k));
    } else if (event.key === "Delete" && places.length > 2) {
      this.state.corner = Math.max(0, corner - 1);
      this.changed(task, places.filter((_, k) => k !== corner));
    } else return false;
    return true;
  }
}
