// What the server is asked, and what it answers: see src/selat/web/rescue_api.py.

import { recall } from "../settings";

export interface FieldError { field: string; error: string; hint: string }

export class Refused extends Error {
  constructor(readonly status: number, message: string, readonly hint: string, readonly fields: FieldError[]) {
    super(message);
  }

  /** Error and remedy in one line. */
  get words(): string {
    return this.hint ? `${this.message}: ${this.hint}` : this.message;
  }
}

export interface Area {
  corners: [number, number][]; lat: number; lon: number; length: number; width: number; axis: number;
  time: number; drift_speed: number; drift_direction: number;
}

export interface Waypoint { lat: number; lon: number; time: number; course: number; turn: number; length: number }

export interface Task {
  name: string; searcher: string; platform: string; pattern: string; area: Area; begin: number; end: number; speed: number;
  sweep_width: number; spacing: number; coverage: number; poc: number; pod: number; pos: number; waypoints: Waypoint[];
  mmsi: number; notes: string[];
}

export interface Plan {
  case: string; target: string; made: number; begin: number; end: number; pos: number; bound: number; pos_ideal: number;
  pos_before: number; ashore: number; tasks: Task[]; weaknesses: string[]; approval: string;
}

export type Row = Record<string, string | boolean>;
export interface CaseForm { name: string; [key: string]: unknown; objects: Row[]; scenarios: Row[] }
export interface SearchForm { boats: Row[]; [key: string]: unknown }

export interface PlanRecord {
  n: number; title: string; time_ms: number; who: string; drift: number; searches: number[]; form: SearchForm; plan: Plan;
}

export interface SearchRecord { n: number; plan: number; pos: number; cumulative: number; until_ms: number; who: string; tracks: string[] }

export interface Case {
  id: string; name: string; form: CaseForm; begin_ms: number; backward: boolean; objects: string[];
  drift: { n: number; hours: number; every: number; particles: number; begin_ms: number; end_ms: number; notes: string[] } | null;
  plans: PlanRecord[]; searches: SearchRecord[]; cumulative: number; approval: string; now_ms: number;
  log: { who: string; time: number; action: string; note: string; hash: string }[];
}

export interface Region { area_m2: number; rings: [number, number][][] }

export interface TimeRow {
  time_ms: number; lat: number; lon: number; r50: number; r90: number; r95: number;
  adrift: number; ashore: number; waiting: number; regions: Record<"50" | "90" | "95", Region>;
}

export interface Times { version: number; times_ms: number[]; whole: boolean; first: number; rows: TimeRow[]; notes: string[]; cumulative: number }

export interface Cloud { first: number; t: number; n: number; weight: Uint8Array; story: Uint8Array; state: Uint8Array; place: Int32Array }

export interface Job {
  id: string; kind: string; state: "waiting" | "running" | "done" | "failed" | "cancelled"; done: number; of: number; known: number;
  error: string; hint: string; result: Record<string, number>; seconds: number;
}

export interface Shape { lat: number; lon: number; length: number; width: number; axis: number }

export interface Lists {
  objects: { key: string; description: string; names: string[]; source: string; note: string }[];
  targets: Record<string, string[]>; formats: Record<string, string>; facts: Record<string, string>;
}

export interface Ship {
  mmsi: number; name: string | null; ship_type: number | null; length_m: number | null; lat: number; lon: number; away_m: number;
  bearing: number; speed: number; seconds: number; land: boolean; moored: boolean;
}

const BASE = "api/rescue/";

async function answer(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(BASE + path, init);
  if (response.ok) return response;
  const told = (await response.json().catch(() => ({}))) as { error?: string; hint?: string; fields?: FieldError[] };
  throw new Refused(response.status, told.error ?? `${response.status}`, told.hint ?? "", told.fields ?? []);
}

export async function get<T>(path: string): Promise<T> {
  return (await (await answer(path)).json()) as T;
}

/** Asks for something to be done, in the name that was given on the page (an account's own name outranks it). */
export async function post<T>(path: string, body: object): Promise<T> {
  return (await (await posted(path, body)).json()) as T;
}

export function posted(path: string, body: object): Promise<Response> {
  const said = JSON.stringify({ who: recall("who") ?? "", ...body });
  return answer(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: said });
}

export async function cancel(job: string): Promise<void> {
  await answer(`jobs/${job}`, { method: "DELETE" });
}

export async function cloud(id: string, first: number): Promise<Cloud> {
  const raw = await (await answer(`cases/${id}/cloud?first=${first}`)).arrayBuffer();
  const head = new DataView(raw);
  const [begin, t, n] = [4, 8, 12].map((k) => head.getUint32(k, true)) as [number, number, number];
  const weight = new Uint8Array(raw, 16, n), story = new Uint8Array(raw, 16 + n, n);
  const state = new Uint8Array(raw, 16 + 2 * n, t * n);
  const place = new Int32Array(raw.slice(16 + 2 * n + t * n)); // numbers of four bytes must lie on fours
  return { first: begin, t, n, weight, story, state, place };
}

/** Follows a job to its end; `told` hears of each change. Rejects where the work failed. */
export function follow(job: Job, told: (job: Job) => void): Promise<Job> {
  return new Promise((resolve, reject) => {
    const source = new EventSource(`${BASE}jobs/${job.id}/stream`);
    source.onmessage = (event) => {
      const now = JSON.parse(event.data as string) as Job;
      told(now);
      if (now.state === "waiting" || now.state === "running") return;
      source.close();
      if (now.state === "done") resolve(now);
      else reject(new Refused(0, now.error, now.hint, []));
    };
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) reject(new Refused(0, "the server is not heard", "", []));
    };
  });
}
