// What moves on the map: particles, areas, tracks, boats, ships that could help; drawn on a canvas over it.

import type { Map as MapLibre } from "maplibre-gl";
import { latitude, longitude, span } from "../format";
import { token } from "../palette";
import { View } from "../view";
import { FLOWS, type Plan, type Shape, type Task } from "./api";
import { FULL, LENGTH } from "./arrows";
import { CORNERS, corners, moved, onTrack, point, shapeOf, SIDES } from "./shape";
import type { State } from "./state";

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const SHADES = [0.22, 0.4, 0.62, 0.9];
const STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
export const KNOB = 26; // px from the end of the length to the knob that turns

export class Painter {
  readonly view: View;
  private readonly c: CanvasRenderingContext2D;
  private ink: Record<string, string> = {};
  private asked = false;

  constructor(private readonly canvas: HTMLCanvasElement, map: MapLibre, private readonly state: State) {
    this.view = new View(map);
    this.c = canvas.getContext("2d") as CanvasRenderingContext2D;
    this.recolour();
    map.on("render", () => this.draw());
    state.on(["case", "times", "instant", "plan", "start", "ships", "arrows", "draft", "line"], () => this.ask());
  }

  recolour(): void {
    const names = ["grid", "grid-text", "label", "label-halo", "particle", "ashore", "area", "chosen", "boat", "beside", "strong", "wind", "current"];
    this.ink = Object.fromEntries(names.map((n) => [n, token(`--${n}`)]));
    this.ask();
  }

  /** Draws with the next frame. */
  ask(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.asked = false;
    this.view.update();
    const { width, height } = this.view.size();
    const ratio = devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const c = this.c;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, height);
    this.graticule(width, height);
    this.arrows();
    this.particles();
    this.beginnings();
    if (this.state.beside) this.plan(this.state.record(this.state.beside)?.plan ?? null, true);
    this.plan(this.state.plan, false);
    this.helpers();
    this.draft(width, height);
  }

  /** Wind as where it blows to, current as where it sets; as long as they are strong. */
  private arrows(): void {
    const c = this.c;
    for (const kind of FLOWS) {
      if (!this.state.shownFlows[kind]) continue;
      c.strokeStyle = this.ink[kind] ?? "";
      c.lineWidth = kind === "wind" ? 1.1 : 1.7;
      c.globalAlpha = 0.85;
      c.beginPath();
      for (const [lon, lat, east, north] of this.state.arrows[kind].points) {
        const speed = Math.hypot(east, north);
        if (speed < FULL[kind] / 60) continue;
        const size = Math.min(1.6, speed / FULL[kind]) * LENGTH;
        const dx = (east / speed) * size, dy = (-north / speed) * size;
        // the two kinds beside each other, not on each other
        const x = this.view.xOf(lon) + (kind === "wind" ? -6 : 6) - dx / 2, y = this.view.yOf(lat) - dy / 2;
        const head = Math.min(7, 3 + size / 6), a = Math.atan2(dy, dx);
        c.moveTo(x, y);
        c.lineTo(x + dx, y + dy);
        for (const turn of kind === "wind" ? [2.6] : [2.6, -2.6]) { // half a head: wind; a whole one: current
          c.moveTo(x + dx, y + dy);
          c.lineTo(x + dx + head * Math.cos(a + turn), y + dy + head * Math.sin(a + turn));
        }
      }
      c.stroke();
    }
    c.globalAlpha = 1;
  }

  /** The line that is being drawn, and the cross where a key puts its next corner. */
  private draft(width: number, height: number): void {
    const draft = this.state.draft;
    if (!draft) return;
    const c = this.c;
    this.way(draft.places, this.ink.chosen ?? "", 2, -1, false);
    c.strokeStyle = this.ink.chosen ?? "";
    c.lineWidth = 1.2;
    c.beginPath();
    for (const [dx, dy] of [[9, 0], [0, 9]] as const) {
      c.moveTo(width / 2 - dx, height / 2 - dy);
      c.lineTo(width / 2 + dx, height / 2 + dy);
    }
    c.stroke();
  }

  /** A line with its corners; one of them is that which keys move. */
  private way(places: [number, number][], ink: string, wide: number, corner: number, middles: boolean): void {
    const c = this.c;
    const spots = places.map(([lat, lon]) => this.xy([lon, lat]));
    c.strokeStyle = ink;
    c.lineWidth = wide;
    c.beginPath();
    spots.forEach(([x, y], k) => (k === 0 ? c.moveTo(x, y) : c.lineTo(x, y)));
    c.stroke();
    c.fillStyle = this.ink["label-halo"] ?? "";
    c.lineWidth = 1.6;
    spots.forEach(([x, y], k) => {
      c.beginPath();
      c.arc(x, y, k === corner ? 7 : 5, 0, 7);
      c.fill();
      c.stroke();
      const next = spots[k + 1];
      if (!middles || !next) return;
      c.globalAlpha = 0.6;
      c.fillRect((x + next[0]) / 2 - 3, (y + next[1]) / 2 - 3, 6, 6);
      c.strokeRect((x + next[0]) / 2 - 3, (y + next[1]) / 2 - 3, 6, 6);
      c.globalAlpha = 1;
    });
  }

  private xy([lon, lat]: [number, number]): [number, number] {
    return [this.view.xOf(lon), this.view.yOf(lat)];
  }

  private graticule(width: number, height: number): void {
    const c = this.c;
    const west = this.view.lonAt(0), east = this.view.lonAt(width), south = this.view.latAt(height), north = this.view.latAt(0);
    const step = (STEPS_MIN.find((s) => (s * width) / ((east - west) * 60) >= 110) ?? 600) / 60;
    c.strokeStyle = this.ink.grid ?? "";
    c.fillStyle = this.ink["grid-text"] ?? "";
    c.lineWidth = 1;
    c.font = `10.5px ${FONT}`;
    c.beginPath();
    for (let k = Math.ceil(west / step); k * step <= east; k++) {
      const x = Math.round(this.view.xOf(k * step)) + 0.5;
      c.moveTo(x, 0);
      c.lineTo(x, height);
      c.textAlign = "left";
      c.fillText(longitude(k * step, 0), x + 4, 12);
    }
    for (let k = Math.ceil(south / step); k * step <= north; k++) {
      const y = Math.round(this.view.yOf(k * step)) + 0.5;
      c.moveTo(0, y);
      c.lineTo(width, y);
      c.textAlign = "right";
      if (y > 30 && y < height - 10) c.fillText(latitude(k * step, 0), width - 5, y - 4);
    }
    c.stroke();
  }

  /** Particles at the instant, darker the likelier; ashore as crosses, not yet adrift not at all. */
  private particles(): void {
    const { cloud, rows } = this.state;
    if (!cloud || rows.length === 0) return;
    const [k, f] = this.state.at();
    const a = k - cloud.first, b = Math.min(a + 1, cloud.t - 1);
    if (a < 0 || a >= cloud.t) return;
    const { width, height } = this.view.size();
    const c = this.c;
    // a cloud that lies close together is drawn thinner, so that its regions are seen through it
    const row = rows[Math.min(k, rows.length - 1)];
    const across = row ? Math.abs(this.view.yOf(row.lat + row.r95 / 111_000) - this.view.yOf(row.lat)) : 0;
    const thin = Math.min(1, Math.max(0.12, (Math.PI * across * across) / (cloud.n * 6)));
    const shore: [number, number][] = [];
    for (let shade = 0; shade < SHADES.length; shade++) {
      c.fillStyle = this.ink.particle ?? "";
      for (let i = 0; i < cloud.n; i++) {
        const w = cloud.weight[i] as number;
        if (Math.min(3, w >> 6) !== shade || w === 0) continue;
        const state = cloud.state[(f < 0.5 ? a : b) * cloud.n + i];
        c.globalAlpha = (SHADES[shade] as number) * thin * (state === 2 ? 0.35 : 1); // not yet adrift: faint
        const p = 2 * (a * cloud.n + i), q = 2 * (b * cloud.n + i);
        const at = cloud.place as Int32Array;
        const lon = ((at[p] as number) * (1 - f) + (at[q] as number) * f) * 1e-6;
        const lat = ((at[p + 1] as number) * (1 - f) + (at[q + 1] as number) * f) * 1e-6;
        const x = this.view.xOf(lon), y = this.view.yOf(lat);
        if (x < 0 || y < 0 || x > width || y > height) continue;
        if (state === 1) shore.push([x, y]);
        else c.fillRect(x - 0.9, y - 0.9, 1.8, 1.8);
      }
    }
    c.globalAlpha = 0.8;
    c.strokeStyle = this.ink.ashore ?? "";
    c.lineWidth = 1;
    c.beginPath();
    for (const [x, y] of shore) {
      c.moveTo(x - 2, y - 2);
      c.lineTo(x + 2, y + 2);
      c.moveTo(x - 2, y + 2);
      c.lineTo(x + 2, y - 2);
    }
    c.stroke();
    c.globalAlpha = 1;
  }

  private beginnings(): void {
    if (this.state.rows.length > 0 && this.state.start.length === 0) return;
    const c = this.c;
    c.fillStyle = this.ink.strong ?? "";
    c.globalAlpha = 0.6;
    for (const at of this.state.start) {
      const [x, y] = this.xy(at);
      c.fillRect(x - 1, y - 1, 2, 2);
    }
    c.globalAlpha = 1;
  }

  private plan(plan: Plan | null, faint: boolean): void {
    for (const task of plan?.tasks ?? []) {
      const own = faint ? shapeOf(task.area) : this.state.shapes[task.name] ?? shapeOf(task.area);
      const shape = moved(task, own, this.state.instant);
      this.area(task, shape, faint);
    }
  }

  private area(task: Task, shape: Shape, faint: boolean): void {
    const c = this.c;
    const chosen = !faint && task.name === this.state.chosen;
    const ink = (faint ? this.ink.beside : chosen ? this.ink.chosen : this.ink.area) ?? "";
    c.strokeStyle = ink;
    if (!faint) {
      c.lineWidth = 1;
      c.globalAlpha = chosen ? 0.95 : 0.7;
      c.beginPath();
      task.waypoints.forEach((w, k) => {
        const [x, y] = this.xy([w.lon, w.lat]);
        if (k === 0) c.moveTo(x, y);
        else c.lineTo(x, y);
      });
      c.stroke();
    }
    c.globalAlpha = faint ? 0.7 : 1;
    const line = faint ? null : this.state.line(task.name);
    if (line) {
      if (chosen) this.way(line, ink, 2.4, this.state.corner, task.pattern !== "BS");
      this.label(task, shape, ink);
      this.boat(task);
      return;
    }
    c.lineWidth = chosen ? 2.4 : 1.6;
    c.setLineDash(faint ? [6, 4] : []);
    c.beginPath();
    for (const [k, corner] of corners(shape).entries()) {
      const [x, y] = this.xy(corner);
      if (k === 0) c.moveTo(x, y);
      else c.lineTo(x, y);
    }
    c.closePath();
    c.stroke();
    c.setLineDash([]);
    if (task.area.water?.length) this.water(task, shape);
    c.globalAlpha = 1;
    if (faint) return;
    this.label(task, shape, ink);
    if (chosen) this.handles(shape, ink);
    this.boat(task);
  }

  /** What of an area is water, where a shore cuts it. */
  private water(task: Task, shape: Shape): void {
    const c = this.c, lat = shape.lat - task.area.lat, lon = shape.lon - task.area.lon;
    c.fillStyle = c.strokeStyle;
    c.globalAlpha = 0.12;
    c.beginPath();
    for (const ring of task.area.water ?? []) {
      ring.forEach((p, k) => {
        const [x, y] = this.xy([p[1] + lon, p[0] + lat]);
        if (k === 0) c.moveTo(x, y);
        else c.lineTo(x, y);
      });
      c.closePath();
    }
    c.fill("evenodd");
    c.globalAlpha = 0.8;
    c.lineWidth = 1;
    c.stroke();
  }

  private label(task: Task, shape: Shape, ink: string): void {
    const top = corners(shape).map((p) => this.xy(p)).reduce((a, b) => (b[1] < a[1] ? b : a));
    this.text(`${task.name} ${task.searcher}`, top[0] + 6, top[1] - 6, ink, 600);
    const first = task.waypoints[0];
    if (!first) return;
    const [x, y] = this.xy([first.lon, first.lat]);
    this.c.fillStyle = ink;
    this.c.beginPath();
    this.c.arc(x, y, 3.2, 0, 7);
    this.c.fill();
  }

  private handles(shape: Shape, ink: string): void {
    const c = this.c;
    c.fillStyle = this.ink["label-halo"] ?? "";
    c.strokeStyle = ink;
    c.lineWidth = 1.6;
    for (const [a, b] of [...CORNERS, ...SIDES]) {
      const [x, y] = this.xy(point(shape, (a * shape.length) / 2, (b * shape.width) / 2));
      c.fillRect(x - 4.5, y - 4.5, 9, 9);
      c.strokeRect(x - 4.5, y - 4.5, 9, 9);
    }
    const [x, y] = this.knob(shape);
    const [ex, ey] = this.xy(point(shape, shape.length / 2, 0));
    c.beginPath();
    c.moveTo(ex, ey);
    c.lineTo(x, y);
    c.stroke();
    c.beginPath();
    c.arc(x, y, 6, 0, 7);
    c.fill();
    c.stroke();
  }

  /** Where the knob is that turns a shape, px. */
  knob(shape: Shape): [number, number] {
    const [x0, y0] = this.xy([shape.lon, shape.lat]);
    const [x, y] = this.xy(point(shape, shape.length / 2, 0));
    const away = Math.hypot(x - x0, y - y0) || 1;
    return [x + ((x - x0) / away) * KNOB, y + ((y - y0) / away) * KNOB];
  }

  private boat(task: Task): void {
    const at = onTrack(task.waypoints, this.state.instant);
    if (!at) return;
    const [x, y] = this.xy(at);
    const c = this.c;
    c.fillStyle = this.ink.boat ?? "";
    c.strokeStyle = this.ink["label-halo"] ?? "";
    c.lineWidth = 2;
    c.beginPath();
    c.arc(x, y, 5, 0, 7);
    c.stroke();
    c.fill();
  }

  private helpers(): void {
    for (const ship of this.state.ships) {
      const [x, y] = this.xy([ship.lon, ship.lat]);
      this.c.strokeStyle = this.ink.boat ?? "";
      this.c.lineWidth = 1.4;
      this.c.strokeRect(x - 4, y - 4, 8, 8);
      this.text(`${ship.name ?? ship.mmsi} ${span(ship.seconds)}`, x + 8, y + 4, this.ink.label ?? "", 400);
    }
  }

  private text(words: string, x: number, y: number, ink: string, weight: number): void {
    const c = this.c;
    c.font = `${weight} 12px ${FONT}`;
    c.textAlign = "left";
    c.lineJoin = "round";
    c.lineWidth = 3;
    c.strokeStyle = this.ink["label-halo"] ?? "";
    c.strokeText(words, x, y);
    c.fillStyle = ink;
    c.fillText(words, x, y);
  }
}
