// Areas on the screen: their place at an instant, corners, handles; and what a pull at a handle makes of them.

import { ahead, perDegree } from "../geo";
import type { Area, Plan, Shape, Task, Waypoint } from "./api";

const RAD = Math.PI / 180;
export const SQUARE = new Set(["SS", "VS"]);
const LEAST = 100; // m

export type Handle = "move" | "turn" | `c${0 | 1 | 2 | 3}` | `s${0 | 1 | 2 | 3}`;
export type Places = [number, number][]; // (lat, lon)

/** Seconds from the area's own time to the instant, held within the task. */
function seconds(task: Task, ms: number): number {
  const at = Math.min(Math.max(ms * 1e6, task.begin), task.end);
  return (at - task.area.time) / 1e9;
}

export function shapeOf(area: Area): Shape {
  return { lat: area.lat, lon: area.lon, length: area.length, width: area.width, axis: area.axis };
}

/** The shape where it lies at an instant: areas move with the water. */
export function moved(task: Task, shape: Shape, ms: number, back = false): Shape {
  const s = seconds(task, ms) * (back ? -1 : 1);
  const [lon, lat] = ahead(shape.lon, shape.lat, task.area.drift_direction, task.area.drift_speed * s);
  return { ...shape, lon, lat };
}

/** (lon, lat) of a point `u` m along the length and `v` m to port of it. */
export function point(shape: Shape, u: number, v: number): [number, number] {
  const [kx, ky] = perDegree(shape.lat);
  const sin = Math.sin(shape.axis * RAD), cos = Math.cos(shape.axis * RAD);
  return [shape.lon + (u * sin - v * cos) / kx, shape.lat + (u * cos + v * sin) / ky];
}

/** Metres along the length and to port of it from the middle to a place. */
export function local(shape: Shape, lon: number, lat: number): [number, number] {
  const [kx, ky] = perDegree(shape.lat);
  const e = (lon - shape.lon) * kx, n = (lat - shape.lat) * ky;
  const sin = Math.sin(shape.axis * RAD), cos = Math.cos(shape.axis * RAD);
  return [e * sin + n * cos, -e * cos + n * sin];
}

/** Signs along and across of corners and sides, in order round the area. */
export const CORNERS: [number, number][] = [[1, 1], [-1, 1], [-1, -1], [1, -1]];
export const SIDES: [number, number][] = [[1, 0], [0, 1], [-1, 0], [0, -1]];

export function corners(shape: Shape): [number, number][] {
  return CORNERS.map(([a, b]) => point(shape, (a * shape.length) / 2, (b * shape.width) / 2));
}

/** What a pull makes of a shape: from a place to another, both (lon, lat). */
export function pulled(start: Shape, handle: Handle, from: [number, number], to: [number, number], square: boolean): Shape {
  if (handle === "move") return { ...start, lon: start.lon + to[0] - from[0], lat: start.lat + to[1] - from[1] };
  const [u, v] = local(start, ...to);
  if (handle === "turn") {
    const turned = Math.atan2(v, u) / RAD;
    return { ...start, axis: (start.axis - turned + 720) % 360 };
  }
  const signs = (handle[0] === "c" ? CORNERS : SIDES)[Number(handle[1])] as [number, number];
  let { length, width } = start;
  // the side or corner across stays where it is
  if (signs[0] !== 0) length = Math.max(LEAST, start.length / 2 + signs[0] * u);
  if (signs[1] !== 0) width = Math.max(LEAST, start.width / 2 + signs[1] * v);
  if (square) length = width = signs[0] !== 0 ? length : width;
  const [lon, lat] = point(start, (signs[0] * (length - start.length)) / 2, (signs[1] * (width - start.width)) / 2);
  return { ...start, lon, lat, length, width };
}

export function inside(shape: Shape, lon: number, lat: number): boolean {
  const [u, v] = local(shape, lon, lat);
  return Math.abs(u) <= shape.length / 2 && Math.abs(v) <= shape.width / 2;
}

/** A line moved by metres north and east, all of it or one corner. */
export function shifted(places: Places, north: number, east: number, corner = -1): Places {
  return places.map(([lat, lon], k) => {
    if (corner >= 0 && k !== corner) return [lat, lon];
    const [kx, ky] = perDegree(lat);
    return [lat + north / ky, lon + east / kx];
  });
}

/** A line with one corner more, in the middle of the leg that begins at corner k. */
export function split(places: Places, k: number): Places {
  const a = places[k] as [number, number], b = places[k + 1] as [number, number];
  return [...places.slice(0, k + 1), [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], ...places.slice(k + 1)];
}

/** Pixels from a point to the leg between two others. */
export function toLeg([x, y]: [number, number], [ax, ay]: [number, number], [bx, by]: [number, number]): number {
  const dx = bx - ax, dy = by - ay;
  const f = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - ax - f * dx, y - ay - f * dy);
}

/** Where a searcher is on its track, null before and after. */
export function onTrack(way: Waypoint[], ms: number): [number, number] | null {
  const at = ms * 1e6;
  for (let k = 1; k < way.length; k++) {
    const a = way[k - 1] as Waypoint, b = way[k] as Waypoint;
    if (at < a.time || at > b.time) continue;
    const f = b.time > a.time ? (at - a.time) / (b.time - a.time) : 0;
    return [a.lon + f * (b.lon - a.lon), a.lat + f * (b.lat - a.lat)];
  }
  return null;
}

export function taskOf(plan: Plan | null, name: string): Task | null {
  return plan?.tasks.find((task) => task.name === name) ?? null;
}
