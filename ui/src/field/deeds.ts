// What a person does, as deeds in the queue, and what the goods look like with them.

import { enqueue, sha256, type Deed, type Good, type List } from "./store";

const ENDED = 1;

/** Ids of the device and of deeds; from the machine's own source of chance. */
export function fresh(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

export function device(): string {
  try {
    const known = localStorage.getItem("selat.device");
    if (known) return known;
    const made = fresh().slice(0, 8);
    localStorage.setItem("selat.device", made);
    return made;
  } catch {
    return "unnamed";
  }
}

let last = 0;

/** Now, and later than every deed before: states of an item follow in time. */
function now(): string {
  last = Math.max(Date.now(), last + ENDED);
  return new Date(last).toISOString();
}

export function deed(kind: string, subject: string, data: Record<string, unknown>, at = now()): Deed {
  return { cid: fresh(), kind, subject, at, data, device: device() };
}

/** The good as it is with what waits in the queue. */
export function standing(good: Good, waiting: Deed[]): Good {
  let { state, unit, delivered } = good;
  for (const d of waiting) {
    if (d.refused) continue;
    if (d.kind === "tranche" && d.subject === good.tranche) delivered = true;
    if (d.subject !== good.id) continue;
    if (d.kind === "item_state") state = String(d.data.state);
    if (d.data.unit) unit = String(d.data.unit);
  }
  return { ...good, state, unit, delivered };
}

export const COMING = new Set(["ordered", "in_transit"]);

/** Receives a good; where its tranche was not recorded as delivered yet, that it came today goes first. */
export async function receive(good: Good): Promise<boolean> {
  const first = good.tranche && !good.delivered ? [deed("tranche", good.tranche, { delivered_on: now().slice(0, 10) })] : [];
  await enqueue([...first, deed("item_state", good.id, { state: "received" })]);
  return first.length > 0;
}

/** Bytes of a file that the register takes; `MOST` of vault.py. */
export const MOST_FILE = 30_000_000;
const LARGE = 8_000_000; // bytes above which a picture is made smaller: a harbour's network is slow
const LONGEST = 3000; // pixels

/** The picture, or a smaller one of what is large; as it is where this browser cannot read it. */
async function smaller(picture: Blob): Promise<Blob> {
  if (picture.size <= LARGE) return picture;
  try {
    const bitmap = await createImageBitmap(picture);
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const made = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
    return made.size < picture.size ? made : picture;
  } catch {
    return picture;
  }
}

/** Says why a file cannot be kept; empty where it can. */
export function unfit(file: Blob): "" | "file.empty" | "file.large" {
  return file.size === 0 ? "file.empty" : file.size > MOST_FILE ? "file.large" : "";
}

export class Unfit extends Error {}

export async function photo(good: Good, taken: Blob): Promise<void> {
  const picture = await smaller(taken);
  const why = unfit(picture);
  if (why) throw new Unfit(why);
  const sha = await sha256(picture);
  await enqueue([deed("photo", good.id, { sha256: sha })], [[sha, picture]]);
}

export async function log(good: Good, track: Blob, mission: string): Promise<void> {
  const why = unfit(track);
  if (why) throw new Unfit(why);
  const sha = await sha256(track);
  await enqueue([deed("log", good.id, { sha256: sha, ...(mission ? { mission } : {}) })], [[sha, track]]);
}

export type Sortie = { begin: Date; hours: number; mission: string; engineFrom?: number; engineTo?: number; rescued?: number; fuel?: number };

/** A sortie; with engine hours it is a log sheet (C), without them a statement (D). */
export async function sortie(good: Good, s: Sortie): Promise<void> {
  const engine = s.engineFrom !== undefined && s.engineTo !== undefined;
  await enqueue([deed("use", good.id, {
    ended: new Date(s.begin.getTime() + s.hours * 3_600_000).toISOString(), hours: s.hours, grade: engine ? "C" : "D",
    ...(s.mission ? { mission: s.mission } : {}), ...(engine ? { engine_from: s.engineFrom, engine_to: s.engineTo } : {}),
    ...(s.rescued !== undefined ? { rescued: s.rescued } : {}), ...(s.fuel !== undefined ? { fuel_l: s.fuel } : {}),
  }, s.begin.toISOString())]);
}

/** The good of a code: a label of selat, a tag, a serial number or an id. */
export function find(list: List, code: string): Good | undefined {
  const text = code.trim();
  const id = text.startsWith("selat:") ? text.slice("selat:".length) : text;
  return list.items.find((g) => g.id === id) ?? list.items.find((g) => g.tag === text && text !== "") ?? list.items.find((g) => g.serial === text);
}
