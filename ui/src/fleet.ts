// All contacts; slot k of every column is one contact.

import { Columns, HIDDEN, SEEN, STILL_KN, STRIDE } from "./columns";
import { Contact } from "./contact";
import { AGE_OLD, type Alert, CLASS_MASK, type Cls, FLAG_LOST, FLAG_MOORED, FLAG_SENSOR, type Label, type Priority, type Row, type Rows } from "./feed";

export { mercatorX, mercatorY, ORIGIN, STRIDE } from "./columns";
export { Contact } from "./contact";

export const CATEGORIES = [
  "unknown", "cargo", "tanker", "passenger", "fast", "fishing", "service", "pleasure", "aid",
] as const;
export type Category = (typeof CATEGORIES)[number];

export const PRIORITIES: Priority[] = ["caution", "warning", "alarm", "emergency"];

const AHEAD = 48; // slots that are looked through before the index is asked
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

export class Fleet {
  readonly contacts: Contact[] = [];
  readonly byMmsi = new Map<number, Contact>();
  readonly labels = new Map<number, Label>();
  /** Start of the times in `gpu`, picture milliseconds. */
  baseMs = 0;
  /** Grows whenever `gpu` changed. */
  changes = 0;
  /** Wall time of the last row that said something new. */
  lastRow = -Infinity;
  private readonly columns = new Columns();
  private readonly mmsis: number[] = []; // by slot
  private after = 0; // the slot after that of the last row
  private sieve: Sieve | null = null;
  private alertOf = new Map<number, { level: number; acknowledged: boolean }>();

  /** What the ship layer uploads. */
  get gpu(): Float32Array {
    return this.columns.gpu;
  }

  get size(): number {
    return this.contacts.length;
  }

  /** Hides what the sieve does not let through; null shows all. */
  setSieve(sieve: Sieve | null): void {
    this.sieve = sieve;
    for (const c of this.contacts) this.dress(c);
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
    for (const label of labels) {
      this.labels.set(label.id, label);
      const c = all ? undefined : this.byMmsi.get(label.id);
      if (c) this.dress(c);
    }
    if (all) for (const c of this.contacts) this.dress(c); // one that has no name any more has to lose it
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
      if (c) this.dress(c);
    }
    this.changes += 1;
  }

  private put(row: Row, clockMs: number): void {
    let slot = this.slotOf(row.mmsi);
    const lost = (row.flags & FLAG_LOST) !== 0, n = this.columns;
    if (!Number.isFinite(row.lon)) {
      if (slot >= 0 && lost) this.drop(this.contacts[slot] as Contact);
      return; // never placed: nothing to draw yet
    }
    let fixMs = clockMs - row.age * 1000;
    if (row.age >= AGE_OLD && slot >= 0 && n.lon(slot) === row.lon && n.lat(slot) === row.lat) fixMs = Math.min(n.fixMs(slot), fixMs);
    const fresh = slot < 0;
    if (fresh) {
      slot = this.contacts.length;
      const c = new Contact(n, row.mmsi, slot);
      n.open(slot);
      this.contacts.push(c);
      this.byMmsi.set(row.mmsi, c);
      this.mmsis.push(row.mmsi);
    }
    this.after = slot + 1;
    const another = fresh || ((n.flags(slot) ^ row.flags) & CLASS_MASK) !== 0;
    n.take(slot, row, fixMs);
    n.write(slot, this.baseMs);
    // The contact itself is a further place in memory: looked at only where a row can change how she looks.
    if (another || this.sieve) this.dress(this.contacts[slot] as Contact);
  }

  /** The slot of a ship, -1: she is new. Looked for first behind that of the last row: the server's rows are mostly in the order of the slots. */
  private slotOf(mmsi: number): number {
    for (let slot = this.after, end = Math.min(slot + AHEAD, this.mmsis.length); slot < end; slot++) {
      if (this.mmsis[slot] === mmsi) return slot;
    }
    return this.byMmsi.get(mmsi)?.slot ?? -1;
  }

  private drop(c: Contact): void {
    const last = this.contacts.pop() as Contact;
    this.mmsis.pop();
    this.byMmsi.delete(c.mmsi);
    if (last !== c) {
      this.columns.move(last.slot, c.slot);
      last.slot = c.slot;
      this.contacts[c.slot] = last;
      this.mmsis[c.slot] = last.mmsi;
    }
    this.changes += 1;
  }

  private rebase(clockMs: number): void {
    this.baseMs = clockMs;
    for (const c of this.contacts) this.columns.write(c.slot, clockMs);
  }

  /** How she looks: names, size, class, alert, and whether the filter lets her through. */
  private dress(c: Contact): void {
    const g = this.gpu, at = c.slot * STRIDE, label = this.labels.get(c.mmsi), state = this.alertOf.get(c.mmsi);
    const cls = Math.min(c.flags & CLASS_MASK, 6) as Cls;
    if (label !== c.label || cls !== c.cls || !c.category) c.category = CATEGORIES.indexOf(category(label?.ship_type, cls));
    if (label !== c.label) this.columns.size(c.slot, label?.length_m ?? 0, label?.beam_m ?? 0);
    c.label = label;
    c.cls = cls;
    c.alert = state?.level ?? 0;
    c.acknowledged = state?.acknowledged ?? false;
    c.hidden = this.sieve !== null && c.alert === 0 && !this.sieve(c);
    g[at + 8] = c.cls;
    g[at + 9] = c.category;
    g[at + 10] = c.alert;
    g[at + 11] = ((g[at + 11] as number) & ~(SEEN | HIDDEN)) | (c.acknowledged ? SEEN : 0) | (c.hidden ? HIDDEN : 0);
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
