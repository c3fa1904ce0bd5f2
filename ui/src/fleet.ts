// All contacts, as columns; slot k of every column is one contact. `gpu` is what the ship layer uploads.

import { type Columns, Contact, MORE, mercatorX, mercatorY, ORIGIN, STRIDE } from "./contact";
import { AGE_OLD, type Alert, CLASS_MASK, type Cls, FLAG_LOST, FLAG_MOORED, FLAG_SENSOR, type Label, type Priority, type Row, type Rows } from "./feed";
import { CIRCUMFERENCE, KNOT } from "./units";

export { Contact, mercatorX, mercatorY, ORIGIN, STRIDE } from "./contact";

export const CATEGORIES = [
  "unknown", "cargo", "tanker", "passenger", "fast", "fishing", "service", "pleasure", "aid",
] as const;
export type Category = (typeof CATEGORIES)[number];

export const PRIORITIES: Priority[] = ["caution", "warning", "alarm", "emergency"];

const STILL_KN = 0.5;
const AHEAD = 48;
const DROP_AFTER_S = 6 * 3600;

/** The category of an AIS ship-type code (ITU-R M.1371 table 53). */
export function category(code: number | null | undefined, cls: number): Category {
  if (cls >= 3) return "aid";
  const c = code ?? 0;
  if (c === 30) return "fishing";
  if (c === 36 || c === 37) return "pleasure";
  if (c >= 31 && c <= 35) return "service";
  if (c >= 40 && c <= 49) return "fast";
  if (c >= 50 && c <= 59) return "service";
  if (c >= 60 && c <= 69) return "passenger";
  if (c >= 70 && c <= 79) return "cargo";
  if (c >= 80 && c <= 89) return "tanker";
  return "unknown";
}

/** Whether a contact is wanted on the map. */
export type Sieve = (c: Contact) => boolean;

export class Fleet implements Columns {
  readonly contacts: Contact[] = [];
  readonly byMmsi = new Map<number, Contact>();
  readonly labels = new Map<number, Label>();
  gpu = new Float32Array(1024 * STRIDE);
  more = new Float64Array(1024 * MORE);
  /** Start of the times in `gpu`, picture milliseconds. */
  baseMs = 0;
  /** Grows whenever `gpu` changed. */
  changes = 0;
  /** Wall time of the last row that said something new. */
  lastRow = -Infinity;
  private named = 0; // grows when names came
  private readonly mmsis: number[] = []; // by slot
  private after = 0; // the slot after that of the last row
  private sieve: Sieve | null = null;
  private alertOf = new Map<number, { level: number; acknowledged: boolean }>();

  get size(): number {
    return this.contacts.length;
  }

  /** Hides what the sieve does not let through; null shows all. */
  setSieve(sieve: Sieve | null): void {
    this.sieve = sieve;
    for (const c of this.contacts) this.write(c);
    this.changes += 1;
  }

  /** How many are on the map. */
  get shown(): number {
    if (!this.sieve) return this.size;
    let n = 0;
    for (const c of this.contacts) if (!c.hidden) n += 1;
    return n;
  }

  apply(rows: Rows, clockMs: number, all: boolean): void {
    if (Math.abs(clockMs - this.baseMs) > 7_200_000) this.rebase(clockMs);
    const kept = all ? new Set<number>() : null;
    this.after = 0;
    for (let k = 0; k < rows.length; k++) {
      const row = rows.at(k) as Row;
      kept?.add(row.mmsi);
      this.put(row, clockMs);
    }
    if (kept) for (const c of [...this.contacts]) if (!kept.has(c.mmsi)) this.drop(c);
    if (rows.length > 0) this.lastRow = performance.now();
    this.changes += 1;
  }

  /** Takes off what has been silent for hours; the server's snapshot says the same. */
  prune(clockMs: number): void {
    for (const c of [...this.contacts]) {
      if ((c.flags & FLAG_LOST) !== 0 && clockMs - c.fixMs > DROP_AFTER_S * 1000) this.drop(c);
    }
  }

  setLabels(labels: Label[], all: boolean): void {
    if (all) this.labels.clear();
    this.named += 1;
    for (const label of labels) {
      this.labels.set(label.id, label);
      const c = this.byMmsi.get(label.id);
      if (c) this.write(c);
    }
    this.changes += 1;
  }

  setAlerts(alerts: Iterable<Alert>): void {
    const next = new Map<number, { level: number; acknowledged: boolean }>();
    for (const alert of alerts) {
      if (alert.state === "cleared") continue;
      const level = PRIORITIES.indexOf(alert.priority) + 1;
      const acknowledged = alert.state === "acknowledged";
      for (const mmsi of alert.subjects) {
        const old = next.get(mmsi);
        const better = !old || Number(old.acknowledged) > Number(acknowledged) ||
          (old.acknowledged === acknowledged && level > old.level);
        if (better) next.set(mmsi, { level, acknowledged });
      }
    }
    const touched = new Set([...this.alertOf.keys(), ...next.keys()]);
    this.alertOf = next;
    for (const mmsi of touched) {
      const c = this.byMmsi.get(mmsi);
      if (c) this.write(c);
    }
    this.changes += 1;
  }

  private put(row: Row, clockMs: number): void {
    let c = this.next(row.mmsi) ?? this.byMmsi.get(row.mmsi);
    const lost = (row.flags & FLAG_LOST) !== 0;
    if (!Number.isFinite(row.lon)) {
      if (c && lost) this.drop(c);
      return; // never placed: nothing to draw yet
    }
    let fixMs = clockMs - row.age * 1000;
    if (row.age >= AGE_OLD && c && c.lon === row.lon && c.lat === row.lat) fixMs = Math.min(c.fixMs, fixMs);
    if (!c) {
      c = new Contact(this, row.mmsi, this.contacts.length);
      this.contacts.push(c);
      this.byMmsi.set(row.mmsi, c);
      this.mmsis.push(row.mmsi);
      if (this.contacts.length * STRIDE > this.gpu.length) this.grow();
    }
    this.after = c.slot + 1;
    c.fixMs = fixMs;
    if (c.take(row)) c.lie(1 / (CIRCUMFERENCE * Math.cos((c.lat * Math.PI) / 180)), mercatorY(c.lat));
    this.write(c);
  }

  /** The contact of a row where it is looked for first: the server's rows are mostly in the order of the slots. */
  private next(mmsi: number): Contact | undefined {
    for (let slot = this.after, end = Math.min(slot + AHEAD, this.mmsis.length); slot < end; slot++) {
      if (this.mmsis[slot] === mmsi) return this.contacts[slot];
    }
    return undefined;
  }

  private grow(): void {
    const gpu = new Float32Array(this.gpu.length * 2), more = new Float64Array(this.more.length * 2);
    gpu.set(this.gpu);
    more.set(this.more);
    this.gpu = gpu;
    this.more = more;
  }

  private drop(c: Contact): void {
    const last = this.contacts.pop() as Contact;
    this.mmsis.pop();
    this.byMmsi.delete(c.mmsi);
    if (last !== c) {
      this.gpu.copyWithin(c.slot * STRIDE, last.slot * STRIDE, (last.slot + 1) * STRIDE);
      this.more.copyWithin(c.slot * MORE, last.slot * MORE, (last.slot + 1) * MORE);
      last.slot = c.slot;
      this.contacts[c.slot] = last;
      this.mmsis[c.slot] = last.mmsi;
    }
    this.changes += 1;
  }

  private rebase(clockMs: number): void {
    this.baseMs = clockMs;
    for (const c of this.contacts) this.write(c);
  }

  private write(c: Contact): void {
    const g = this.gpu, at = c.slot * STRIDE, perMetre = c.perMetre;
    const label = c.labels === this.named ? c.label : this.labels.get(c.mmsi);
    if (label !== c.label || c.labels < 0) { // only then: a look at every label is another wait for memory
      g[at + 6] = (label?.length_m ?? 0) * perMetre;
      g[at + 7] = (label?.beam_m ?? 0) * perMetre;
    }
    c.labels = this.named;
    const cls = Math.min(c.flags & 7, 6) as Cls;
    if (label !== c.label || cls !== c.cls || !c.category) c.category = CATEGORIES.indexOf(category(label?.ship_type, cls));
    c.label = label;
    c.cls = cls;
    const state = this.alertOf.size > 0 ? this.alertOf.get(c.mmsi) : undefined;
    c.alert = state?.level ?? 0;
    c.acknowledged = state?.acknowledged ?? false;
    c.hidden = this.sieve !== null && c.alert === 0 && !this.sieve(c);
    const lost = (c.flags & FLAG_LOST) !== 0;
    const sog = c.sog, cog = c.cog, hdg = c.hdg;
    const moves = sog >= STILL_KN && Number.isFinite(cog) && !lost;
    const course = (cog * Math.PI) / 180, speed = moves ? sog * KNOT * perMetre : 0;
    const moored = (c.flags & FLAG_MOORED) !== 0 && !(sog >= STILL_KN);
    const heading = Number.isFinite(hdg) ? hdg : moves ? cog : NaN;
    const bits = (lost ? 1 : 0) | (moored ? 2 : 0) | (Number.isFinite(heading) ? 4 : 0) | (c.acknowledged ? 8 : 0) |
      (c.hidden ? 16 : 0) | ((c.flags & FLAG_SENSOR) !== 0 ? 32 : 0);
    // Written one by one: an array made for each of thousands of ships a second is garbage to be collected.
    g[at] = mercatorX(c.lon) - ORIGIN[0];
    g[at + 2] = moves ? Math.sin(course) * speed : 0;
    g[at + 3] = moves ? -Math.cos(course) * speed : 0;
    g[at + 4] = (c.fixMs - this.baseMs) / 1000;
    g[at + 5] = Number.isFinite(heading) ? (heading * Math.PI) / 180 : 0;
    g[at + 8] = c.cls;
    g[at + 9] = c.category;
    g[at + 10] = c.alert;
    g[at + 11] = bits;
  }
}

/** The longest a position is carried forward, seconds; after that the symbol stands and fades. */
export const RECKON_LIMIT_S = 150;

/** Where a contact is drawn at a picture time, mercator; the twin of the vertex shader. */
export function drawnAt(c: Contact, reckonMs: number): [number, number] {
  const dt = Math.min(Math.max((reckonMs - c.fixMs) / 1000, 0), RECKON_LIMIT_S);
  return [c.x + c.vx * dt, c.y + c.vy * dt];
}

export function isMoored(c: Contact): boolean {
  return (c.flags & FLAG_MOORED) !== 0 && !(c.sog >= STILL_KN);
}

export const SOURCES = ["ais", "radar", "both"] as const;
export type Source = (typeof SOURCES)[number];

/** Who sees a contact: AIS, a radar or a camera alone, or both. */
export function sourceOf(c: { flags: number }): Source {
  return (c.flags & FLAG_SENSOR) === 0 ? "ais" : (c.flags & CLASS_MASK) === 0 ? "radar" : "both";
}

export function isLost(c: Contact): boolean {
  return (c.flags & FLAG_LOST) !== 0;
}

/** A name for people: the declared one, else the MMSI. */
export function nameOf(c: { mmsi: number; label?: Label | undefined }): string {
  return c.label?.name?.trim() || String(c.mmsi);
}
