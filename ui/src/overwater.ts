// How far it is over water: the direct way where nothing lies between, else the shortest over a grid of water cells.

import type { MultiPolygon } from "geojson";
import { leg } from "./geo";
import { mercatorX, mercatorY } from "./fleet";

const CELLS = 120; // along the longer side of what is looked at
const ROOM = 0.6; // of the distance, looked at round both ends

/** Water cells of a box, drawn by the browser's own canvas: fast, and good to half a cell. */
class Grid {
  readonly wide: number;
  readonly high: number;
  private readonly land: Uint8ClampedArray;

  constructor(coasts: MultiPolygon, private readonly west: number, private readonly north: number, east: number, south: number) {
    const size = Math.max(east - west, south - north);
    this.step = size / CELLS;
    this.wide = Math.max(2, Math.ceil((east - west) / this.step));
    this.high = Math.max(2, Math.ceil((south - north) / this.step));
    const c = new OffscreenCanvas(this.wide, this.high).getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
    c.beginPath();
    for (const rings of coasts.coordinates) {
      for (const ring of rings) {
        for (const [k, p] of ring.entries()) {
          const x = (mercatorX(p[0] as number) - west) / this.step, y = (mercatorY(p[1] as number) - north) / this.step;
          if (k === 0) c.moveTo(x, y);
          else c.lineTo(x, y);
        }
      }
    }
    c.fill("evenodd");
    this.land = c.getImageData(0, 0, this.wide, this.high).data;
  }

  readonly step: number;

  cell(lon: number, lat: number): number {
    const x = Math.min(Math.max(Math.floor((mercatorX(lon) - this.west) / this.step), 0), this.wide - 1);
    const y = Math.min(Math.max(Math.floor((mercatorY(lat) - this.north) / this.step), 0), this.high - 1);
    return y * this.wide + x;
  }

  blocked(cell: number): boolean {
    return (this.land[cell * 4 + 3] ?? 0) > 140;
  }

  /** Whether nothing but water lies on the straight line between two cells. */
  clear(a: number, b: number): boolean {
    const [x0, y0, x1, y1] = [a % this.wide, Math.floor(a / this.wide), b % this.wide, Math.floor(b / this.wide)];
    const n = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)) * 2;
    for (let k = 1; k < n; k++) {
      const cell = Math.round(y0 + ((y1 - y0) * k) / n) * this.wide + Math.round(x0 + ((x1 - x0) * k) / n);
      if (cell !== a && cell !== b && this.blocked(cell)) return false;
    }
    return true;
  }
}

/** Cells of a shortest way from one to another (A*, eight neighbours), or null where there is none. */
function way(grid: Grid, from: number, to: number): number[] | null {
  const { wide, high } = grid;
  const cost = new Float64Array(wide * high).fill(Infinity);
  const before = new Int32Array(wide * high).fill(-1);
  const far = (c: number) => Math.hypot((c % wide) - (to % wide), Math.floor(c / wide) - Math.floor(to / wide));
  const heap: [number, number][] = [[far(from), from]];
  cost[from] = 0;
  const push = (item: [number, number]) => {
    let k = heap.push(item) - 1;
    while (k > 0) {
      const up = (k - 1) >> 1;
      if ((heap[up] as [number, number])[0] <= item[0]) break;
      [heap[k], heap[up]] = [heap[up] as [number, number], heap[k] as [number, number]];
      k = up;
    }
  };
  const pop = (): [number, number] => {
    const top = heap[0] as [number, number], last = heap.pop() as [number, number];
    if (heap.length > 0) {
      heap[0] = last;
      for (let k = 0; ;) {
        let least = k;
        for (const child of [2 * k + 1, 2 * k + 2]) if (child < heap.length && (heap[child] as [number, number])[0] < (heap[least] as [number, number])[0]) least = child;
        if (least === k) break;
        [heap[k], heap[least]] = [heap[least] as [number, number], heap[k] as [number, number]];
        k = least;
      }
    }
    return top;
  };
  while (heap.length > 0) {
    const [guess, c] = pop();
    if (c === to) {
      const out = [c];
      for (let k = c; before[k] !== -1;) out.push((k = before[k] as number));
      return out.reverse();
    }
    const done = cost[c] as number;
    if (guess > done + far(c) + 1e-9) continue; // an older entry
    const x = c % wide, y = Math.floor(c / wide);
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        if ((dx === 0 && dy === 0) || x + dx < 0 || y + dy < 0 || x + dx >= wide || y + dy >= high) continue;
        const next = (y + dy) * wide + x + dx;
        if (next !== to && grid.blocked(next)) continue;
        const sum = done + Math.hypot(dx, dy);
        if (sum >= (cost[next] as number)) continue;
        cost[next] = sum;
        before[next] = c;
        push([sum + far(next), next]);
      }
    }
  }
  return null;
}

/** Metres over water between two places; `direct` where nothing lies between; null where no way was found. */
export function overWater(coasts: MultiPolygon | null, lon1: number, lat1: number, lon2: number, lat2: number): { metres: number; direct: boolean } | null {
  const straight = leg(lon1, lat1, lon2, lat2).metres;
  if (!coasts || straight < 50) return { metres: straight, direct: true };
  const [x1, y1, x2, y2] = [mercatorX(lon1), mercatorY(lat1), mercatorX(lon2), mercatorY(lat2)];
  const room = Math.hypot(x2 - x1, y2 - y1) * ROOM;
  const grid = new Grid(coasts, Math.min(x1, x2) - room, Math.min(y1, y2) - room, Math.max(x1, x2) + room, Math.max(y1, y2) + room);
  const from = grid.cell(lon1, lat1), to = grid.cell(lon2, lat2);
  if (grid.clear(from, to)) return { metres: straight, direct: true };
  const cells = way(grid, from, to);
  if (!cells) return null;
  // The way drawn taut: from each corner on to the last cell that is in sight.
  let cell = 0, sum = 0;
  for (let at = 0; at < cells.length - 1;) {
    let next = cells.length - 1;
    while (next > at + 1 && !grid.clear(cells[at] as number, cells[next] as number)) next -= 1;
    const [a, b] = [cells[at] as number, cells[next] as number];
    sum += Math.hypot((a % grid.wide) - (b % grid.wide), Math.floor(a / grid.wide) - Math.floor(b / grid.wide));
    at = next;
    cell += 1;
  }
  const scale = Math.hypot((from % grid.wide) - (to % grid.wide), Math.floor(from / grid.wide) - Math.floor(to / grid.wide));
  return { metres: scale > 0 ? Math.max(straight, (sum / scale) * straight) : straight, direct: cell <= 1 };
}
