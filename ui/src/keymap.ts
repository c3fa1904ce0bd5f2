// Which key does what: the usual keys, and those that people chose instead. Chosen ones are kept with the sea (each account its
// own; without accounts the machine's), and in this browser where nothing may be kept.

import type { Deed } from "./keys";

/** Keys by deed, of the deeds that were changed; none: the deed has no key. */
export type Chosen = Record<string, string[]>;

/** The browser's, the forms' and the reader's own. */
const TAKEN = new Set(["Tab", "Enter", "Escape", "Backspace", "ContextMenu", "Process", "Dead", "Unidentified", "CapsLock", "NumLock", "ScrollLock",
  "Shift", "Control", "Alt", "AltGraph", "Meta", "Insert", "Delete"]);
const NAMES: Record<string, string> = { " ": "Space", "-": "−", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", ContextMenu: "☰" };
const MOST = 2; // keys of a deed

let deeds: Deed[] = [];
let chosen: Chosen = {};
let byKey = new Map<string, Deed>();

/** The deeds that there are; called once by the file that has them. */
export function toldDeeds(all: Deed[]): void {
  deeds = all;
  index();
}

function index(): void {
  byKey = new Map(deeds.flatMap((d) => keysOf(d.id).map((key): [string, Deed] => [key, d])));
}

/** What a pressed key may stand for, the closer name first. */
export function namesOf(event: KeyboardEvent): string[] {
  const letter = event.key.length === 1;
  if (event.shiftKey) return letter ? [`shift+${event.key}`, event.key.toLowerCase()] : [`shift+${event.key}`];
  return [letter ? event.key.toLowerCase() : event.key];
}

/** The one name under which a pressed key is kept: Shift counts with letters and named keys, and is part of any other sign. */
export function nameOfPress(event: KeyboardEvent): string {
  const key = event.key;
  if (key.length > 1 || key === " ") return event.shiftKey ? `shift+${key}` : key;
  return key.toLowerCase() === key.toUpperCase() ? key : event.shiftKey ? `shift+${key.toUpperCase()}` : key.toLowerCase();
}

export function deedOf(key: string): Deed | undefined {
  return byKey.get(key);
}

export function keysOf(id: string): string[] {
  const usual = deeds.find((d) => d.id === id);
  if (!usual || usual.fixed) return usual?.keys ?? [];
  return chosen[id] ?? usual.keys;
}

/** As it is printed on a keyboard: `⇧N`, `Space`, `R`. */
export function shownKey(key: string): string {
  const bare = key.replace(/^shift\+(?=.)/, "");
  const name = NAMES[bare] ?? (bare.length === 1 ? bare.toUpperCase() : bare);
  return bare === key ? name : `⇧${name}`;
}

/** The key of a deed for a button; empty where it has none. */
export function keyFor(id: string): string {
  const first = keysOf(id)[0];
  return first === undefined ? "" : shownKey(first);
}

/** A word with its key behind it. */
export function withKey(word: string, id: string): string {
  return [word, keyFor(id)].filter(Boolean).join(" ");
}

export type Refusal = { why: "taken"; by: string } | { why: "never" } | null;

/** Why a key cannot be that of a deed; null: it can. */
export function refusal(id: string, key: string): Refusal {
  const bare = key.replace(/^shift\+(?=.)/, "");
  if (TAKEN.has(bare) || /^F\d+$/.test(bare) || /^(Browser|Audio|Media|Launch)/.test(bare)) return { why: "never" };
  const other = byKey.get(key);
  return other && other.id !== id ? { why: "taken", by: other.id } : null;
}

/** Gives a deed another key, or none. Throws where {@link refusal} speaks. */
export function setKey(id: string, key: string | null): void {
  if (key !== null && refusal(id, key)) throw new Error(`${key} cannot be the key of ${id}`);
  take({ ...chosen, [id]: key === null ? [] : [key] });
}

/** The usual keys again, of one deed or of all. Keys that another deed has taken meanwhile are left to it. */
export function reset(id?: string): void {
  if (id === undefined) {
    take({});
    return;
  }
  const rest = { ...chosen };
  delete rest[id];
  const others = new Set(deeds.filter((d) => d.id !== id).flatMap((d) => keysOf(d.id)));
  const usual = deeds.find((d) => d.id === id)?.keys ?? [];
  const free = usual.filter((k) => !others.has(k));
  take(free.length === usual.length ? rest : { ...rest, [id]: free });
}

export function changed(id: string): boolean {
  return id in chosen;
}

export function chosenKeys(): Chosen {
  return chosen;
}

/** Takes what was kept, as far as it fits: unknown deeds, wrong shapes and keys that two deeds would have are left out. */
export function take(kept: unknown): void {
  const good: Chosen = {};
  if (typeof kept === "object" && kept !== null) {
    for (const [id, keys] of Object.entries(kept)) {
      const d = deeds.find((x) => x.id === id);
      if (d && !d.fixed && Array.isArray(keys) && keys.every((k) => typeof k === "string" && k.length < 24)) good[id] = keys.slice(0, MOST) as string[];
    }
  }
  const seen = new Set(deeds.filter((d) => !(d.id in good)).flatMap((d) => d.keys));
  for (const [id, keys] of Object.entries(good)) {
    good[id] = keys.filter((k) => !seen.has(k));
    for (const k of good[id]) seen.add(k);
  }
  chosen = good;
  index();
}
