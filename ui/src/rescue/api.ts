// What the server is asked, and what it answers: see src/selat/web/rescue_api.py.

import { recall } from "../settings";

export interface FieldError { field: string; error: string; hint: string }

/** Who was quicker, when, and the number of that record. */
export interface Rival { who: string; time_ms: number; n: number }

export class Refused extends Error {
  constructor(
    readonly status: number, message: string, readonly hint: string, readonly fields: FieldError[], readonly rival: Rival | null = null,
  ) {
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
  /** Where a shore cuts it: rings of its water at its time, (lat, lon). */
  water?: [number, number][][];
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
  /** What tasks along a line follow, (lat, lon) by the names of tasks. */
  lines: Record<string, [number, number][]>;
}

/** One source of wind or current: what it is, what it covers, and what is wrong with it for a drift. */
export interface Source {
  kind: Flow; text: string; sort: "typed" | "table" | "file" | "climatology" | "none"; error?: string; hint?: string;
  begin_ms?: number; end_ms?: number; step_s?: number; times?: number; sha256?: string;
}

export type Flow = "wind" | "current";
export const FLOWS: Flow[] = ["wind", "current"];

export interface Covers { begin_ms: number; end_ms: number; times: number; step_s: number; box: [number, number, number, number]; gaps_ms: [number, number][] }

/** A file of wind or current beside the cases. */
export interface FieldFile { name: string; bytes: number; changed_ms: number; wind: Covers | null; current: Covers | null; error?: string; hint?: string }

/** Places (lon, lat) with east and north in m/s. */
export interface Arrows { points: [number, number, number, number][]; error?: string; hint?: string }

export interface SearchRecord { n: number; plan: number; pos: number; cumulative: number; until_ms: number; who: string; tracks: string[] }

export interface Case {
  id: string; name: string; form: CaseForm; form_n: number; mark: string; begin_ms: number; backward: boolean; objects: string[];
  drift: {
    n: number; who: string; hours: number; every: number; particles: number; begin_ms: number; end_ms: number; notes: string[];
    sources?: Source[];
  } | null;
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
  id: string; kind: string; who: string; state: "waiting" | "running" | "done" | "failed" | "cancelled"; done: number; of: number; known: number;
  error: string; hint: string; result: Record<string, number>; seconds: number;
}

/** ``pattern``: where another one was chosen by hand. */
export interface Shape { lat: number; lon: number; length: number; width: number; axis: number; pattern?: string }

export interface News { mark: string; jobs: Job[] }

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
  throw refusal(response.status, await response.json().catch(() => ({})) as Told);
}

interface Told { error?: string; hint?: string; fields?: FieldError[]; who?: string; time_ms?: number; n?: number }

function refusal(status: number, told: Told): Refused {
  const rival = status === 409 ? { who: told.who ?? "", time_ms: told.time_ms ?? 0, n: told.n ?? 0 } : null;
  return new Refused(status, told.error ?? `${status}`, told.hint ?? "", told.fields ?? [], rival);
}

/** Sends a file of wind or current; `told` hears of the share that is sent. The handle breaks it off. */
export function send(file: File, told: (share: number) => void): { done: Promise<FieldFile>; stop: () => void } {
  const request = new XMLHttpRequest(); // fetch tells nothing of what was sent so far
  const done = new Promise<FieldFile>((resolve, reject) => {
    request.open("POST", `${BASE}fields/${encodeURIComponent(file.name)}?who=${encodeURIComponent(recall("who") ?? "")}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (e) => told(e.lengthComputable && e.total > 0 ? e.loaded / e.total : 0);
    request.onload = () => {
      let answer: unknown = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // a proxy's own page: its status says enough
      }
      if (request.status === 200) resolve(answer as FieldFile);
      else reject(refusal(request.status, answer as Told));
    };
    request.onerror = () => reject(new Refused(0, "the server is not heard", "is the network up? send it again", []));
    request.onabort = () => reject(new Refused(0, "", "", []));
    request.send(file);
  });
  return { done, stop: () => request.abort() };
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
