// The parts of the statistics page, made of what the server counted.

import { h } from "../dom";
import { span } from "../format";
import { KNOT } from "../units";
import { colourAt } from "../heat";
import { bars, carpet, columns, figure, rose, type Series } from "./plots";
import { t } from "./words";

export interface Rule {
  priority: string;
  raised: number;
  acknowledged: number;
  open: number;
  causes: Record<string, number>;
  median_ack_s: number | null;
  p90_ack_s: number | null;
}

export interface Counts {
  begin_ms: number;
  end_ms: number;
  reports: number;
  ships: number;
  by_type: Record<string, number>;
  by_flag: Record<string, number>;
  by_hour: [number, number][];
  by_hour_type: Record<string, number[]>;
  by_direction: Record<string, number>;
  by_direction_type: Record<string, Record<string, number>>;
  by_speed: Record<string, number>;
  by_speed_type: Record<string, Record<string, number>>;
  by_station_hour: Record<string, number[]>;
  alerts: { by_rule: Record<string, Rule>; by_hour: number[]; median_ack_s: number | null };
}

export interface Way {
  toward: string;
  passages: number;
  ships: number;
  by_type: Record<string, number>;
  by_hour: number[];
  speed_mps: number | null;
}

export interface Gates {
  gates: { gate: string; begin_ms: number; hours: number; ways: [Way, Way] }[];
  wiggled: number;
  unseen: number;
}

/** Hours as people read them: the day where one begins. */
export function hourNames(first: number, n: number): string[] {
  return Array.from({ length: n }, (_, k) => {
    const text = new Date(first + k * 3_600_000).toISOString();
    return n > 30 && text.slice(11, 13) === "00" ? text.slice(5, 10) : n > 30 ? `${text.slice(5, 10)} ${text.slice(11, 13)}h` : `${text.slice(11, 13)}:00`;
  });
}

function full(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}

function typed(by: Record<string, Record<string, number>>, names: string[]): Series[] {
  const kinds = [...new Set(names.flatMap((n) => Object.keys(by[n] ?? {})))];
  return kinds.map((kind) => ({ name: t(`cat.${kind}`), colour: `var(--ship-${kind})`, values: names.map((n) => by[n]?.[kind] ?? 0) }));
}

export function byHour(c: Counts): HTMLElement {
  const first = c.by_hour[0]?.[0] ?? 0;
  const series = Object.entries(c.by_hour_type).map(([kind, values]) => ({ name: t(`cat.${kind}`), colour: `var(--ship-${kind})`, values }));
  return figure("by-hour", t("hour"), columns(hourNames(first, c.by_hour.length), series, t("hour")), {
    head: [t("column.hour"), ...series.map((s) => s.name), t("column.ships")],
    rows: c.by_hour.map(([ms, n], k) => [full(ms), ...series.map((s) => s.values[k] ?? 0), n]),
  }, { legend: series, wide: true });
}

export function byType(c: Counts): HTMLElement {
  const names = Object.keys(c.by_type);
  const parts = names.map((kind, k) => ({ name: t(`cat.${kind}`), colour: `var(--ship-${kind})`, values: names.map((_, i) => (i === k ? (c.by_type[kind] ?? 0) : 0)) }));
  return figure("by-type", t("type"), bars(names.map((n) => t(`cat.${n}`)), parts), {
    head: [t("column.type"), t("column.ships")], rows: names.map((n) => [t(`cat.${n}`), c.by_type[n] ?? 0]),
  });
}

export function byDirection(c: Counts): HTMLElement {
  const heads = Object.keys(c.by_direction);
  const kinds = [...new Set(heads.flatMap((n) => Object.keys(c.by_direction_type[n] ?? {})))];
  return figure("by-direction", t("direction"), rose(heads.map((n) => t(n)), heads.map((n) => c.by_direction[n] ?? 0), "var(--accent)"), {
    head: [t("column.direction"), ...kinds.map((k) => t(`cat.${k}`)), t("column.ships")],
    rows: heads.map((n) => [t(n), ...kinds.map((k) => c.by_direction_type[n]?.[k] ?? 0), c.by_direction[n] ?? 0]),
  }, { note: t("direction.note") });
}

export function bySpeed(c: Counts): HTMLElement {
  const names = Object.keys(c.by_speed);
  const series = typed(c.by_speed_type, names);
  return figure("by-speed", t("speed"), bars(names.map((n) => `${n} kn`), series), {
    head: [t("column.speed"), ...series.map((s) => s.name), t("column.ships")],
    rows: names.map((n, k) => [n, ...series.map((s) => s.values[k] ?? 0), c.by_speed[n] ?? 0]),
  }, { legend: series, note: t("speed.note") });
}

export function byFlag(c: Counts): HTMLElement {
  const names = Object.keys(c.by_flag).sort((a, b) => Number(a === "other") - Number(b === "other") || (c.by_flag[b] ?? 0) - (c.by_flag[a] ?? 0));
  return figure("by-flag", t("flags"), bars(names.map((n) => (n === "other" ? t("other") : n)), [{ name: t("column.ships"), colour: "var(--track)", values: names.map((n) => c.by_flag[n] ?? 0) }]), {
    head: [t("column.flag"), t("column.ships")], rows: names.map((n) => [n === "other" ? t("other") : n, c.by_flag[n] ?? 0]),
  });
}

export function alerts(c: Counts): HTMLElement[] {
  const rules = Object.entries(c.alerts.by_rule).sort((a, b) => b[1].raised - a[1].raised);
  const fates = [...new Set(rules.flatMap(([, r]) => Object.keys(r.causes)))].sort();
  const word = (fate: string) => (fate.startsWith("(") || fate === "open" ? t(`state.${fate}`) : t(`cause.${fate}`));
  const shades = ["var(--good)", "var(--track)", "var(--ship-service)", "var(--ship-tanker)", "var(--ship-fast)", "var(--muted)", "var(--zone-area)", "var(--grid-text)"];
  const series: Series[] = [...fates.map((f, k) => ({ name: word(f), colour: shades[k % shades.length] as string, values: rules.map(([, r]) => r.causes[f] ?? 0) })),
    { name: t("state.open"), colour: "var(--warning)", values: rules.map(([, r]) => r.open) }];
  const wait = (s: number | null) => (s === null ? null : span(s));
  const first = Math.floor(c.begin_ms / 3_600_000) * 3_600_000;
  return [
    figure("alerts", t("alerts.rule"), bars(rules.map(([name]) => name), series, 1180), {
      head: [t("column.rule"), t("column.priority"), t("column.raised"), t("column.acknowledged"), t("column.median"), t("column.p90"), t("column.open"), t("column.closed")],
      rows: rules.map(([name, r]) => [name, t(r.priority), r.raised, r.acknowledged, wait(r.median_ack_s), wait(r.p90_ack_s), r.open,
        Object.entries(r.causes).map(([f, n]) => `${word(f)} ${n}`).join(", ")]),
    }, { legend: series, wide: true, empty: t("alerts.none") }),
    figure("alerts-hour", t("alerts.hour"), columns(hourNames(first, c.alerts.by_hour.length), [{ name: t("column.alerts"), colour: "var(--warning)", values: c.alerts.by_hour }], t("alerts.hour"), 1180, 160), {
      head: [t("column.hour"), t("column.alerts")], rows: rules.length ? c.alerts.by_hour.map((n, k) => [full(first + k * 3_600_000), n]) : [],
    }, { wide: true, empty: t("alerts.none") }),
  ];
}

export function reception(c: Counts): HTMLElement {
  const stations = Object.keys(c.by_station_hour).sort();
  const hours = c.by_hour.map(([ms]) => ms);
  const name = (s: string) => (s === "?" ? "–" : s);
  return figure("reception", t("reception"), carpet(stations.map(name), hourNames(hours[0] ?? 0, hours.length), stations.map((s) => c.by_station_hour[s] ?? []), (share) => `rgb(${colourAt(share).join(",")})`), {
    head: [t("column.hour"), ...stations.map(name)], rows: stations.length ? hours.map((ms, k) => [full(ms), ...stations.map((s) => c.by_station_hour[s]?.[k] ?? 0)]) : [],
  }, { wide: true, empty: t("reception.none") });
}

export function gates(g: Gates): HTMLElement[] {
  const rows = g.gates.flatMap((gate) => gate.ways.map((w) => [gate.gate, t(w.toward), w.passages, w.ships, w.speed_mps === null ? null : Number((w.speed_mps / KNOT).toFixed(1)),
    Object.entries(w.by_type).map(([k, n]) => `${t(`cat.${k}`)} ${n}`).join(", ")]));
  const names = g.gates.flatMap((gate) => gate.ways.map((w) => `${gate.gate} ${t("gate.toward", { head: t(w.toward) })}`));
  const flat = g.gates.flatMap((gate) => gate.ways.map((w) => w.by_type));
  const kinds = [...new Set(flat.flatMap((by) => Object.keys(by)))];
  const series = kinds.map((kind) => ({ name: t(`cat.${kind}`), colour: `var(--ship-${kind})`, values: flat.map((by) => by[kind] ?? 0) }));
  const table = { head: [t("column.gate"), t("column.toward"), t("column.passages"), t("column.ships"), t("column.mean"), t("column.type")], rows };
  const out = [figure("gates", t("gates"), bars(names, series, 1180), table,
    { legend: series, wide: true, note: `${t("gate.unsure", { wiggled: g.wiggled, unseen: g.unseen })} ${t("gate.rule")}` })];
  g.gates.forEach((gate, k) => {
    const both = gate.ways.map((w, i) => ({ name: t("gate.toward", { head: t(w.toward) }), colour: i ? "var(--ship-service)" : "var(--accent)", values: w.by_hour }));
    out.push(figure(`gate-${k}`, `${gate.gate}: ${t("column.passages")}`, columns(hourNames(gate.begin_ms, gate.hours), both, gate.gate, 1180, 160), {
      head: [t("column.hour"), ...both.map((s) => s.name)], rows: Array.from({ length: gate.hours }, (_, i) => [full(gate.begin_ms + i * 3_600_000), ...both.map((s) => s.values[i] ?? 0)]),
    }, { legend: both, wide: true }));
  });
  return out;
}

export function noGates(): HTMLElement {
  return h("figure", { id: "gates", class: "wide" }, h("figcaption", {}, h("h2", {}, t("gates"))), h("p", { class: "note" }, t("gates.none")));
}
