// The feed: types of what the server sends, and the connection that brings it (WebSocket, else polling).

import {
  type AlertState, COG_NA, HEADER_BYTES, KIND_SNAPSHOT, LAT_NA, LON_NA, POSITION_SCALE, type Priority, ROW_BYTES,
  ROW_AT, SOG_NA, type WireRow,
} from "./schema.gen";

export { AGE_OLD, type AlertState, CLASS_MASK, type Cls, FLAG_ALERT, FLAG_LOST, FLAG_MOORED, FLAG_SENSOR, type Priority } from "./schema.gen";

/** One contact as sent; degrees and knots, NaN when not available. */
export interface Row {
  mmsi: number;
  lon: number;
  lat: number;
  sog: number;
  cog: number;
  hdg: number;
  age: number;
  flags: number;
}

export interface Label {
  id: number;
  name: string | null;
  callsign: string | null;
  imo: number | null;
  ship_type: number | null;
  length_m: number | null;
  beam_m: number | null;
  cls: number;
}

export interface Alert {
  id: string;
  rule: string;
  priority: Priority;
  state: AlertState;
  subjects: number[];
  names: string[];
  time_ms: number;
  last_ms: number;
  lat: number | null;
  lon: number | null;
  sentence: string;
  evidence: Record<string, unknown>;
  confidence?: number;
  detail?: { confidence?: Record<string, number>; false_if?: string[]; action?: string; geometry?: string };
  lead?: string; // the alert that stands for this one
  assigned?: string;
  by?: string; // who acknowledged it
  note?: string; // the last one
  snoozed?: boolean;
}

export interface Source {
  name: string;
  state: "ok" | "silent" | "down" | "done";
  last_heard_ms: number | null;
  lines: number;
  kept: number;
  duplicates: number;
  rejected: number;
  rate_per_s: number;
}

export interface Health {
  now_ms: number;
  clock_ms: number;
  sources: Source[];
  ships: number;
  rate_per_s: number;
  lag_s: number;
  replay: boolean;
}

export interface ShipCard extends Omit<Label, "id"> {
  mmsi: number;
  draught_m?: number | null;
  destination?: string | null;
  eta?: string | null;
  nav_status?: number | null;
  time_ms?: number | null;
  lon?: number | null;
  lat?: number | null;
  sog_mps?: number | null;
  cog?: number | null;
  heading?: number | null;
  source?: string | null;
  sensors?: { target: number; ship: number; since_ms: number; score: number }[]; // targets of radars that are she
  track: [number, number, number, number | null, number | null][];
  alerts: string[];
}

export interface FeedHandlers {
  rows(rows: Rows, clockMs: number, all: boolean): void;
  labels(labels: Label[], all: boolean): void;
  alerts(alerts: Alert[], all: boolean): void;
  health(health: Health): void;
}

/** Rows as they are read one after another: an array, or a frame whose rows share one object that is written anew for each. */
export interface Rows {
  readonly length: number;
  at(k: number): Row | undefined;
}

/** The rows of a frame, read where they lie: thousands of objects a second would be garbage to be collected. */
class Packed implements Rows {
  readonly length: number;
  private readonly one: Row = { mmsi: 0, lon: NaN, lat: NaN, sog: NaN, cog: NaN, hdg: NaN, age: 0, flags: 0 };

  constructor(private readonly view: DataView) {
    this.length = Math.max(0, Math.floor((view.byteLength - HEADER_BYTES) / ROW_BYTES));
  }

  at(k: number): Row {
    const v = this.view, p = HEADER_BYTES + k * ROW_BYTES, row = this.one;
    const lon = v.getInt32(p + ROW_AT.lon, true), lat = v.getInt32(p + ROW_AT.lat, true);
    const sog = v.getUint16(p + ROW_AT.sog, true), cog = v.getUint16(p + ROW_AT.cog, true), hdg = v.getUint16(p + ROW_AT.hdg, true);
    const placed = lon !== LON_NA && lat !== LAT_NA;
    row.mmsi = v.getUint32(p + ROW_AT.mmsi, true);
    row.lon = placed ? lon / POSITION_SCALE : NaN;
    row.lat = placed ? lat / POSITION_SCALE : NaN;
    row.sog = sog >= SOG_NA ? NaN : sog / 10;
    row.cog = cog >= COG_NA ? NaN : cog / 10;
    row.hdg = hdg >= 360 ? NaN : hdg;
    row.age = v.getUint8(p + ROW_AT.age);
    row.flags = v.getUint8(p + ROW_AT.flags);
    return row;
  }
}

function row([mmsi, lon, lat, sog, cog, hdg, age, flags]: WireRow): Row {
  const placed = lon !== LON_NA && lat !== LAT_NA;
  return {
    mmsi,
    lon: placed ? lon / POSITION_SCALE : NaN,
    lat: placed ? lat / POSITION_SCALE : NaN,
    sog: sog >= SOG_NA ? NaN : sog / 10,
    cog: cog >= COG_NA ? NaN : cog / 10,
    hdg: hdg >= 360 ? NaN : hdg,
    age,
    flags,
  };
}

/** Reads one binary frame of the feed. */
export function decode(buffer: ArrayBuffer): { all: boolean; version: number; clockMs: number; rows: Rows } {
  const view = new DataView(buffer);
  return {
    all: view.getUint8(0) === KIND_SNAPSHOT,
    version: view.getUint32(4, true),
    clockMs: view.getFloat64(8, true),
    rows: new Packed(view),
  };
}

const RETRY_MS = [500, 1000, 2000, 3000];
const POLL_AFTER_FAILURES = 3;
const SILENT_MS = 6000;

/** Keeps a connection to the server for ever: WebSocket, and polling while WebSocket cannot be had. */
export class Feed {
  /** Wall-clock time (performance.now) of the last frame of any kind. */
  lastHeard = -Infinity;
  /** How the data comes now. */
  mode: "connecting" | "live" | "poll" | "lost" = "connecting";
  private failures = 0;
  private socket: WebSocket | null = null;
  private since = { rows: 0, labels: 0, alerts: 0, epoch: "" };

  constructor(private readonly on: FeedHandlers) {
    setInterval(() => this.watch(), 1000);
    this.connect();
  }

  private connect(): void {
    const url = new URL("api/feed", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onmessage = (event) => this.receive(event.data as ArrayBuffer | string);
    socket.onopen = () => {
      this.mode = "live";
      this.lastHeard = performance.now();
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.failures += 1;
      this.mode = "lost";
      const wait = RETRY_MS[Math.min(this.failures - 1, RETRY_MS.length - 1)] ?? 3000;
      if (this.failures >= POLL_AFTER_FAILURES) void this.poll();
      setTimeout(() => this.connect(), wait);
    };
  }

  /** Begins again with everything: after the past was shown, the picture is not what the feed's changes are about. */
  restart(): void {
    this.since = { rows: 0, labels: 0, alerts: 0, epoch: "" };
    const socket = this.socket;
    if (!socket) return;
    this.socket = null;
    socket.onmessage = null;
    socket.close();
    this.connect();
  }

  /** A socket that is open but says nothing is closed, so that it is tried again. */
  private watch(): void {
    if (this.socket?.readyState === WebSocket.OPEN && performance.now() - this.lastHeard > SILENT_MS) {
      this.socket.close();
    }
  }

  private receive(data: ArrayBuffer | string): void {
    this.lastHeard = performance.now();
    this.failures = 0;
    if (typeof data !== "string") {
      const frame = decode(data);
      this.on.rows(frame.rows, frame.clockMs, frame.all);
      return;
    }
    const message = JSON.parse(data) as { kind: string; all: boolean; data: unknown };
    if (message.kind === "labels") this.on.labels(message.data as Label[], message.all);
    else if (message.kind === "alerts") this.on.alerts(message.data as Alert[], message.all);
    else if (message.kind === "health") this.on.health(message.data as Health);
  }

  /** One poll; called between attempts to connect, so about every three seconds. */
  private async poll(): Promise<void> {
    const { rows, labels, alerts, epoch } = this.since;
    try {
      const answer = await fetch(`api/poll?rows=${rows}&labels=${labels}&alerts=${alerts}&epoch=${epoch}`);
      if (answer.status === 401) location.assign("login"); // the session has ended: nothing more comes until somebody logs in
      if (!answer.ok) return;
      const got = (await answer.json()) as {
        health: Health;
        epoch: string;
        rows: { version: number; all: boolean; data: WireRow[] };
        labels: { version: number; all: boolean; data: Label[] };
        alerts: { version: number; all: boolean; data: Alert[] };
      };
      this.mode = "poll";
      this.lastHeard = performance.now();
      this.since = { rows: got.rows.version, labels: got.labels.version, alerts: got.alerts.version,
        epoch: got.epoch };
      this.on.rows(got.rows.data.map(row), got.health.clock_ms, got.rows.all);
      this.on.labels(got.labels.data, got.labels.all);
      this.on.alerts(got.alerts.data, got.alerts.all);
      this.on.health(got.health);
    } catch {
      this.mode = "lost"; // the banner says so; the next attempt follows
    }
  }
}
