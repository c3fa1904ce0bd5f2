// The numbers of all contacts, a slot each: what the ship layer uploads, and what is kept beside it. An update of thousands
// of ships waits for memory and for little else, so what it reads and writes of a ship lies in as few lines of memory as can be.

import { FLAG_LOST, FLAG_MOORED, FLAG_SENSOR, type Row } from "./feed";
import { POSITION_SCALE } from "./schema.gen";
import { CIRCUMFERENCE, KNOT } from "./units";

/** Floats a contact has in `gpu`: x, y, vx, vy, fix, heading, length, beam, shape, category, alert, bits. */
export const STRIDE = 12;
export const ORIGIN: [number, number] = [mercatorX(103), mercatorY(2)];
/** Slower than this a ship lies still, knots. */
export const STILL_KN = 0.5;
/** Bits of `gpu` that are a contact's looks and not her movement. */
export const SEEN = 8, HIDDEN = 16;

const KEPT = 8; // numbers of 8 bytes a slot: one line of memory
const WORDS = 2 * KEPT; // the same as whole numbers of 4 bytes
const FIX = 0, PER_METRE = 1, Y = 2; // numbers that must be exact
const LON = 6, LAT = 7, SPEED = 8, COURSE = 9, HEADING = 10, AGE = 11, FLAGS = 12, LENGTH = 13, BEAM = 14; // whole ones
const NONE = -1;
const FIRST = 1024; // slots to begin with

export function mercatorX(lon: number): number {
  return lon / 360 + 0.5;
}

export function mercatorY(lat: number): number {
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
}

export class Columns {
  gpu = new Float32Array(FIRST * STRIDE);
  private kept = new Float64Array(FIRST * KEPT);
  private words = new Int32Array(this.kept.buffer);

  /** Makes room for a slot, and empties it. */
  open(slot: number): void {
    if ((slot + 1) * STRIDE > this.gpu.length) {
      const gpu = new Float32Array(this.gpu.length * 2), kept = new Float64Array(this.kept.length * 2);
      gpu.set(this.gpu);
      kept.set(this.kept);
      [this.gpu, this.kept, this.words] = [gpu, kept, new Int32Array(kept.buffer)];
    }
    this.gpu.fill(0, slot * STRIDE, (slot + 1) * STRIDE);
    this.words.fill(NONE, slot * WORDS + LON, slot * WORDS + LENGTH);
    this.words.fill(0, slot * WORDS + LENGTH, (slot + 1) * WORDS);
  }

  move(from: number, to: number): void {
    this.gpu.copyWithin(to * STRIDE, from * STRIDE, (from + 1) * STRIDE);
    this.kept.copyWithin(to * KEPT, from * KEPT, (from + 1) * KEPT);
  }

  /** Takes what a row says. */
  take(slot: number, row: Row, fixMs: number): void {
    const w = this.words, at = slot * WORDS, lat6 = Math.round(row.lat * POSITION_SCALE);
    this.kept[slot * KEPT + FIX] = fixMs;
    if (lat6 !== w[at + LAT]) {
      const lat = lat6 / POSITION_SCALE, y = mercatorY(lat);
      this.kept[slot * KEPT + PER_METRE] = 1 / (CIRCUMFERENCE * Math.cos((lat * Math.PI) / 180));
      this.kept[slot * KEPT + Y] = y;
      this.gpu[slot * STRIDE + 1] = y - ORIGIN[1];
      this.measure(slot);
    }
    w[at + LON] = Math.round(row.lon * POSITION_SCALE);
    w[at + LAT] = lat6;
    w[at + SPEED] = tenths(row.sog);
    w[at + COURSE] = tenths(row.cog);
    w[at + HEADING] = tenths(row.hdg);
    w[at + AGE] = row.age;
    w[at + FLAGS] = row.flags;
  }

  /** Takes how long and wide she is, metres. */
  size(slot: number, length: number, beam: number): void {
    this.words[slot * WORDS + LENGTH] = Math.round(length * 10);
    this.words[slot * WORDS + BEAM] = Math.round(beam * 10);
    this.measure(slot);
  }

  private measure(slot: number): void {
    const perTenth = this.perMetre(slot) / 10, at = slot * STRIDE;
    this.gpu[at + 6] = this.word(slot, LENGTH) * perTenth;
    this.gpu[at + 7] = this.word(slot, BEAM) * perTenth;
  }

  /** Where she is and how she moves, for the ship layer; times from `baseMs`. Her looks stay as they are. */
  write(slot: number, baseMs: number): void {
    const g = this.gpu, at = slot * STRIDE, flags = this.flags(slot);
    const lost = (flags & FLAG_LOST) !== 0;
    const sog = this.sog(slot), cog = this.cog(slot), hdg = this.hdg(slot);
    const moves = sog >= STILL_KN && Number.isFinite(cog) && !lost;
    const course = (cog * Math.PI) / 180, speed = moves ? sog * KNOT * this.perMetre(slot) : 0;
    const moored = (flags & FLAG_MOORED) !== 0 && !(sog >= STILL_KN);
    const heading = Number.isFinite(hdg) ? hdg : moves ? cog : NaN;
    // Written one by one: an array made for each of thousands of ships a second is garbage to be collected.
    g[at] = mercatorX(this.lon(slot)) - ORIGIN[0];
    g[at + 2] = moves ? Math.sin(course) * speed : 0;
    g[at + 3] = moves ? -Math.cos(course) * speed : 0;
    g[at + 4] = (this.fixMs(slot) - baseMs) / 1000;
    g[at + 5] = Number.isFinite(heading) ? (heading * Math.PI) / 180 : 0;
    g[at + 11] = (lost ? 1 : 0) | (moored ? 2 : 0) | (Number.isFinite(heading) ? 4 : 0) | ((g[at + 11] as number) & (SEEN | HIDDEN)) |
      ((flags & FLAG_SENSOR) !== 0 ? 32 : 0);
  }

  fixMs(slot: number): number { return this.kept[slot * KEPT + FIX] as number; }
  perMetre(slot: number): number { return this.kept[slot * KEPT + PER_METRE] as number; }
  y(slot: number): number { return this.kept[slot * KEPT + Y] as number; }
  /** Degrees and knots, NaN when not available. */
  lon(slot: number): number { return this.word(slot, LON) / POSITION_SCALE; }
  lat(slot: number): number { return this.word(slot, LAT) / POSITION_SCALE; }
  sog(slot: number): number { return whole(this.word(slot, SPEED)); }
  cog(slot: number): number { return whole(this.word(slot, COURSE)); }
  hdg(slot: number): number { return whole(this.word(slot, HEADING)); }
  age(slot: number): number { return this.word(slot, AGE); }
  flags(slot: number): number { return this.word(slot, FLAGS); }
  private word(slot: number, k: number): number { return this.words[slot * WORDS + k] as number; }
}

function tenths(value: number): number {
  return value >= 0 ? Math.round(value * 10) : NONE;
}

function whole(value: number): number {
  return value < 0 ? NaN : value / 10;
}
