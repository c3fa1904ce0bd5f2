// What an officer does with alerts, sent to the server; and what the server tells of one.

import type { Alert } from "./feed";
import { recall } from "./settings";

export const CAUSES = ["true", "false", "benign", "duplicate", "test"];
export const DEEDS = ["snooze", "assign", "note", "handover", "close"] as const;
export type DeedName = (typeof DEEDS)[number];

export interface Snooze {
  id: string;
  until_ms: number;
  who: string;
  reason: string;
  ships: number[];
  rule: string;
  area: [number, number, number, number] | null;
}

export interface Explanation extends Omit<Alert, "time_ms" | "last_ms" | "names"> {
  same: boolean;
  note: string;
  missing: number[];
  limits: { name: string; value: unknown; unit: string; text: string }[];
  reports: { seq: number; mmsi: number; time_ms: number | null; lon: number | null; lat: number | null; sog_mps: number | null; cog: number | null; type: number }[];
  tracks: { mmsi: number; points: [number, number, number, number | null, number | null][] }[];
  log: { who: string; time: number; action: string; note?: string; to?: string; cause?: string }[];
  similar: { id: string; basis: string; cause: string; sentence: string; time_ms: number }[];
  time: number;
  last: number;
}

/** An alert that may be made quiet; distress never is. */
export function silenceable(alert: { rule: string; priority: string }): boolean {
  return alert.rule !== "distress" && alert.priority !== "emergency";
}

/** Who acts, where the server has no accounts. */
export function myName(): string {
  return recall("who") ?? "";
}

async function sent(method: string, path: string, body?: object): Promise<string> {
  try {
    const answer = await fetch(`api/${path}`, body === undefined ? { method } : {
      method, headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    if (answer.ok) return "";
    const said = (await answer.json().catch(() => ({}))) as { error?: string; hint?: string };
    return [said.error ?? String(answer.status), said.hint].filter(Boolean).join(": ");
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Does it; what went wrong, or nothing. `done` gets the alert as it will come back with the feed. */
export async function act(
  alert: Alert, path: string, body: object, change: Partial<Alert>, done: (alert: Alert) => void,
): Promise<string> {
  const problem = await sent("POST", path, { who: myName() || "watch", ...body });
  if (!problem) done({ ...alert, ...change });
  return problem;
}

export async function snoozes(): Promise<Snooze[]> {
  const answer = await fetch("api/snoozes");
  return answer.ok ? ((await answer.json()) as { snoozes: Snooze[] }).snoozes : [];
}

export function endSnooze(id: string): Promise<string> {
  return sent("DELETE", `snoozes/${encodeURIComponent(id)}?who=${encodeURIComponent(myName() || "watch")}`);
}

/** All about an alert; null while it is not in the sea. */
export async function explain(id: string): Promise<Explanation | null> {
  const answer = await fetch(`api/alerts/${encodeURIComponent(id)}`);
  return answer.ok ? ((await answer.json()) as Explanation) : null;
}

export const send = sent;
