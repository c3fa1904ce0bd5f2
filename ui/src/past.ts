// The past, as the history has it: reports fetched ten minutes at a time, and where everybody was at any instant.

import type { Row } from "./feed";
import { type Cls, COG_NA, FLAG_LOST, FLAG_MOORED, HEADER_BYTES, POSITION_SCALE, ROW_BYTES, SOG_NA } from "./schema.gen";

export const CHUNK_MS = 600_000;
/** Chunks before the present one that are looked at: who was not heard for half an hour is not shown. */
const BACK = 3;
const KEPT = 24;
const BRIDGE_MS = 360_000; // between two reports this near a ship is carried along; beyond it she stands and fades
const LOST_MS = 600_000;
const LEAP_KN = 80; // faster than this between two reports is an error, not a way
const MOORED = 1 << 12;

interface Chunk {
  begin: number;
  view: DataView;
  /** First row of each ship, and one more. */
  first: Map<number, [number, number]>;
}

export class Past {
  private readonly chunks = new Map<string, Chunk>();
  private readonly asked = new Set<string>();
  /** Whether late reports are shown at the time they arrived. */
  asKnown = false;
  failed = "";

  constructor(private readonly came: (ships: number[]) => void) {}

  clear(): void {
    this.chunks.clear();
  }

  private key(begin: number, step: number): string {
    return `${begin}/${step}/${this.asKnown ? 1 : 0}`;
  }

  /** Fetches what an instant needs, and the next chunk in the direction of play. */
  need(t: number, step: number, forward: boolean): void {
    const here = Math.floor(t / CHUNK_MS) * CHUNK_MS;
    const wanted = [here];
    for (let k = 1; k <= BACK; k++) wanted.push(here - k * CHUNK_MS);
    wanted.push(here + CHUNK_MS);
    if (forward) wanted.push(here + 2 * CHUNK_MS);
    else wanted.push(here - (BACK + 1) * CHUNK_MS);
    for (const begin of wanted) void this.fetch(begin, step);
    while (this.chunks.size > KEPT) this.chunks.delete(this.chunks.keys().next().value as string);
  }

  /** Whether an instant can be drawn whole. */
  ready(t: number, step: number): boolean {
    const here = Math.floor(t / CHUNK_MS) * CHUNK_MS;
    for (let k = 0; k <= BACK; k++) if (!this.chunks.has(this.key(here - k * CHUNK_MS, step))) return false;
    return true;
  }

  private async fetch(begin: number, step: number): Promise<void> {
    const key = this.key(begin, step);
    if (this.asked.has(key) || begin < 0) return;
    const known = this.chunks.get(key);
    if (known) {
      this.chunks.delete(key); // the used ones are the last to go
      this.chunks.set(key, known);
      return;
    }
    this.asked.add(key);
    try {
      const answer = await fetch(`api/history/rows?begin=${begin}&end=${begin + CHUNK_MS}&step=${step}${this.asKnown ? "&known=1" : ""}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const chunk = read(await answer.arrayBuffer());
      this.failed = "";
      // What may still grow is asked for again later.
      if (begin + CHUNK_MS < Date.now() - 60_000) this.chunks.set(key, chunk);
      else {
        this.chunks.set(key, chunk);
        setTimeout(() => this.chunks.delete(key), 10_000);
      }
      this.came([...chunk.first.keys()]);
    } catch (error) {
      this.failed = error instanceof Error ? error.message : String(error);
    } finally {
      setTimeout(() => this.asked.delete(key), this.failed ? 1000 : 0);
    }
  }

  /** Everybody at an instant. */
  at(t: number, step: number): Row[] {
    const here = Math.floor(t / CHUNK_MS) * CHUNK_MS;
    const last = new Map<number, [Chunk, number]>();
    for (let k = BACK; k >= 0; k--) {
      const chunk = this.chunks.get(this.key(here - k * CHUNK_MS, step));
      if (!chunk) continue;
      for (const [mmsi, [a, b]] of chunk.first) {
        const row = k > 0 ? b - 1 : before(chunk, a, b, t);
        if (row >= a) last.set(mmsi, [chunk, row]);
      }
    }
    const after = this.chunks.get(this.key(here + CHUNK_MS, step));
    const rows: Row[] = [];
    for (const [mmsi, [chunk, row]] of last) {
      const end = chunk.first.get(mmsi)?.[1] ?? row + 1;
      let next: [Chunk, number] | undefined = row + 1 < end ? [chunk, row + 1] : undefined;
      if (!next && chunk.begin === here && after) {
        const begin = after.first.get(mmsi);
        if (begin) next = [after, begin[0]];
      }
      rows.push(between(mmsi, chunk, row, next, t));
    }
    return rows;
  }
}

function read(buffer: ArrayBuffer): Chunk {
  const view = new DataView(buffer);
  const n = view.getUint32(4, true);
  const first = new Map<number, [number, number]>();
  let start = 0;
  for (let k = 1; k <= n; k++) {
    const mmsi = view.getUint32(HEADER_BYTES + start * ROW_BYTES, true);
    if (k < n && view.getUint32(HEADER_BYTES + k * ROW_BYTES, true) === mmsi) continue;
    first.set(mmsi, [start, k]);
    start = k;
  }
  return { begin: view.getFloat64(8, true), view, first };
}

function time(chunk: Chunk, row: number): number {
  return chunk.begin + chunk.view.getUint16(HEADER_BYTES + row * ROW_BYTES + 12, true) * 100;
}

/** The last row of a ship at or before an instant; before its first when there is none. */
function before(chunk: Chunk, a: number, b: number, t: number): number {
  let low = a, high = b;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time(chunk, middle) <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A ship between two of her reports; where the next is far away she stays at the last one, and grows old. */
function between(mmsi: number, chunk: Chunk, row: number, next: [Chunk, number] | undefined, t: number): Row {
  const p = HEADER_BYTES + row * ROW_BYTES;
  const v = chunk.view;
  const when = time(chunk, row);
  const [sog, cog, bits] = [v.getUint16(p + 14, true), v.getUint16(p + 16, true), v.getUint16(p + 18, true)];
  const heading = bits & 511;
  const out: Row = {
    mmsi, lon: v.getInt32(p + 4, true) / POSITION_SCALE, lat: v.getInt32(p + 8, true) / POSITION_SCALE,
    sog: sog >= SOG_NA ? NaN : sog / 10, cog: cog >= COG_NA ? NaN : cog / 10, hdg: heading >= 360 ? NaN : heading,
    age: (t - when) / 1000, flags: ((bits >> 9) & 7 as Cls) | (bits & MOORED ? FLAG_MOORED : 0),
  };
  if (t - when > LOST_MS) out.flags |= FLAG_LOST;
  if (!next) return out;
  const q = HEADER_BYTES + next[1] * ROW_BYTES;
  const then = time(next[0], next[1]);
  if (then - when > BRIDGE_MS || then <= when) return out;
  const lon = next[0].view.getInt32(q + 4, true) / POSITION_SCALE, lat = next[0].view.getInt32(q + 8, true) / POSITION_SCALE;
  const miles = Math.hypot((lon - out.lon) * Math.cos((lat * Math.PI) / 180), lat - out.lat) * 60;
  if (miles / ((then - when) / 3_600_000) > LEAP_KN) return out;
  const share = (t - when) / (then - when);
  out.lon += (lon - out.lon) * share;
  out.lat += (lat - out.lat) * share;
  out.age = 0;
  return out;
}
