// What the page knows: the case that is open, its drift, the plan that is shown, the instant on the map.

import type { Arrows, Case, CaseForm, Cloud, FieldFile, Flow, Lists, Plan, PlanRecord, Shape, Source, TimeRow } from "./api";

type Listener = () => void;
export type Topic = "case" | "times" | "instant" | "plan" | "start" | "busy" | "ships" | "arrows" | "fields" | "draft" | "line";

export class State {
  lists: Lists = { objects: [], targets: {}, formats: {}, facts: {} };
  mayAct = true;
  account = "";
  open: Case | null = null;
  /** The form of the case as it stands on the page, kept or not. */
  form: CaseForm | null = null;
  /** What wind and current of that form are. */
  sources: Source[] = [];
  fields: FieldFile[] = [];
  arrows: Record<Flow, Arrows> = { wind: { points: [] }, current: { points: [] } };
  shownFlows: Record<Flow, boolean> = { wind: true, current: true };
  /** Beginnings of particles of the form that is being filled in. */
  start: [number, number][] = [];
  timesMs: number[] = [];
  rows: TimeRow[] = [];
  cloud: Cloud | null = null;
  whole = false;
  /** Milliseconds that the map shows. */
  instant = 0;
  playing = false;
  /** Grows with each choice of a plan: what was asked for before is of no interest any more. */
  turn = 0;
  /** Record number of the plan that is shown, 0: none. */
  shown = 0;
  /** Areas changed by hand, and what the plan is worth with them. */
  shapes: Record<string, Shape> = {};
  /** Lines changed by hand, (lat, lon), by the names of their tasks; and the corner that keys move. */
  lines: Record<string, [number, number][]> = {};
  corner = 0;
  /** A line that is being drawn on the map for a boat of the form, (lat, lon); null: none. */
  draft: { places: [number, number][]; most: number; done: (places: [number, number][]) => void } | null = null;
  edited: Plan | null = null;
  overlaps: string[][] = [];
  chosen = "";
  /** Other plan, drawn faintly for comparison. */
  beside = 0;
  busy: { text: string; share: number; job: string } | null = null;
  ships: { mmsi: number; name: string | null; lat: number; lon: number; seconds: number }[] = [];
  private readonly listeners = new Map<Topic, Listener[]>();

  on(topics: Topic[], listener: Listener): void {
    for (const topic of topics) this.listeners.set(topic, [...(this.listeners.get(topic) ?? []), listener]);
  }

  tell(...topics: Topic[]): void {
    const called = new Set(topics.flatMap((topic) => this.listeners.get(topic) ?? []));
    for (const listener of called) listener();
  }

  record(n: number = this.shown): PlanRecord | null {
    return this.open?.plans.find((p) => p.n === n) ?? null;
  }

  /** The plan on the map: as it was made, or as it was changed by hand. */
  get plan(): Plan | null {
    return this.edited ?? this.record()?.plan ?? null;
  }

  /** The line that a task follows, as it stands on the page; null for an area. */
  line(task: string): [number, number][] | null {
    return this.lines[task] ?? this.record()?.lines[task] ?? null;
  }

  /** What was changed by hand, as the server takes it. */
  get changes(): Record<string, Shape | { places: [number, number][] }> {
    return { ...this.shapes, ...Object.fromEntries(Object.entries(this.lines).map(([name, places]) => [name, { places }])) };
  }

  /** Index of the last time that is known at or before the instant, and the share of the way to the next. */
  at(): [number, number] {
    const known = this.timesMs.slice(0, this.rows.length);
    let k = known.length - 1;
    while (k > 0 && (known[k] as number) > this.instant) k--;
    const a = known[k], b = known[k + 1];
    return [Math.max(k, 0), a !== undefined && b !== undefined ? Math.min(1, Math.max(0, (this.instant - a) / (b - a))) : 0];
  }

  choosePlan(n: number): void {
    this.turn++;
    this.shown = n;
    this.shapes = {};
    this.lines = {};
    this.corner = 0;
    this.edited = null;
    this.overlaps = [];
    this.chosen = "";
    this.tell("plan");
  }
}
