// One contact. Its numbers are kept as whole ones, and as columns that the ship layer uploads: a number with a fraction in
// an object lies in memory of its own, and of thousands of ships a second nearly every one would have to be waited for.

import { type Cls, type Label, type Row } from "./feed";
import { POSITION_SCALE } from "./schema.gen";

/** Floats a contact has in `gpu`: x, y, vx, vy, fix, heading, length, beam, shape, category, alert, bits. */
export const STRIDE = 12;
export const ORIGIN: [number, number] = [mercatorX(103), mercatorY(2)];
export const MORE = 3;
const NONE = -1;

export function mercatorX(lon: number): number {
  return lon / 360 + 0.5;
}

export function mercatorY(lat: number): number {
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
}

/** What all contacts share; slot k of every column is one contact. */
export interface Columns {
  gpu: Float32Array;
  /** MORE numbers a contact that must be exact: time of the fix, ms; mercator a metre; mercator y. */
  more: Float64Array;
}

export class Contact implements Row {
  age = 0;
  flags = 0;
  cls: Cls = 0;
  category = 0;
  alert = 0; // 0 none, 1 caution .. 4 emergency
  acknowledged = false;
  /** The filter takes it off the map; one with an alert stays. */
  hidden = false;
  label: Label | undefined = undefined;
  /** Which names `label` was looked up in. */
  labels = NONE;
  private lon6 = 0;
  private lat6 = NONE;
  private tenthsKn = NONE;
  private course10 = NONE;
  private heading10 = NONE;

  constructor(private readonly columns: Columns, readonly mmsi: number, public slot: number) {}

  /** Takes what a row says; whether she lies at another latitude now. */
  take(row: Row): boolean {
    const lat6 = Math.round(row.lat * POSITION_SCALE), moved = lat6 !== this.lat6;
    this.lon6 = Math.round(row.lon * POSITION_SCALE);
    this.lat6 = lat6;
    this.tenthsKn = tenths(row.sog);
    this.course10 = tenths(row.cog);
    this.heading10 = tenths(row.hdg);
    this.age = row.age;
    this.flags = row.flags;
    return moved;
  }

  /** Degrees and knots, NaN when not available. */
  get lon(): number { return this.lon6 / POSITION_SCALE; }
  get lat(): number { return this.lat6 / POSITION_SCALE; }
  get sog(): number { return whole(this.tenthsKn); }
  get cog(): number { return whole(this.course10); }
  get hdg(): number { return whole(this.heading10); }
  /** Mercator, and per second. */
  get x(): number { return mercatorX(this.lon); }
  get y(): number { return this.columns.more[MORE * this.slot + 2] as number; }
  get vx(): number { return this.float(2); }
  get vy(): number { return this.float(3); }
  get fixMs(): number { return this.columns.more[MORE * this.slot] as number; }
  set fixMs(ms: number) { this.columns.more[MORE * this.slot] = ms; }
  /** Mercator a metre at her latitude. */
  get perMetre(): number { return this.columns.more[MORE * this.slot + 1] as number; }

  /** After she came to another latitude. */
  lie(perMetre: number, y: number): void {
    this.columns.more[MORE * this.slot + 1] = perMetre;
    this.columns.more[MORE * this.slot + 2] = y;
    this.columns.gpu[this.slot * STRIDE + 1] = y - ORIGIN[1];
  }

  private float(k: number): number { return this.columns.gpu[this.slot * STRIDE + k] as number; }
}

function tenths(value: number): number {
  return value >= 0 ? Math.round(value * 10) : NONE;
}

function whole(value: number): number {
  return value < 0 ? NaN : value / 10;
}
