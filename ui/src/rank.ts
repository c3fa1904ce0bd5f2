// Whose name is drawn first: alerts by priority, then the watch list, then who will pass another closely, then by size.

import { type Contact, isMoored } from "./fleet";

/** A step of the order; nothing within a step reaches the next. */
const STEP = 10_000;
const BEACON = 5; // graver than the four priorities
const BIN_M = 185.2; // closest approaches are told apart by a tenth of a mile: steady while they are worked out anew
const KEPT = 60; // a name that is drawn already stays before one that is hardly more

export interface Standing {
  watched: boolean;
  /** Metres of the closest approach, where there is one. */
  cpa: number | undefined;
  /** Her name is on the map now. */
  shown: boolean;
  /** Seconds since her last report. */
  ageS: number;
}

/** Greater comes first. */
export function rankOf(c: Contact, s: Standing): number {
  const size = Math.min(c.label?.length_m ?? 0, 500) + (c.category === 3 ? 80 : 0) + (isMoored(c) ? -150 : 0) + (s.ageS > 600 ? -200 : 0);
  const within = size + 1000 + (s.shown ? KEPT : 0); // 650 to 1700
  const level = c.cls === 6 ? BEACON : c.alert;
  if (level > 0 && !c.acknowledged) return (30 + level) * STEP + within;
  if (level > 0) return (20 + level) * STEP + within;
  if (s.watched) return 15 * STEP + within;
  if (s.cpa !== undefined) return 12 * STEP + (10 - Math.min(Math.floor(s.cpa / BIN_M), 10)) * 100 + within / 20 + (s.shown ? 50 : 0);
  return within;
}

/** The order in words, for tests and for who asks why: `alert`, `seen`, `watch`, `cpa`, `size`. */
export function stepOf(rank: number): string {
  const step = Math.floor(rank / STEP);
  return step >= 30 ? "alert" : step >= 20 ? "seen" : step === 15 ? "watch" : step === 12 ? "cpa" : "size";
}

