// Everything about alerts on the page: the list, the forms, the evidence and its track on the map, the snoozes in force.

import type { Map as MapLibre } from "maplibre-gl";
import { AlertPanel } from "./alerts";
import { act, type DeedName, snoozes } from "./deeds";
import { openDeed, openSnoozes } from "./deedform";
import { must } from "./dom";
import { EvidenceView } from "./evidenceview";
import type { Alert } from "./feed";
import type { Fleet } from "./fleet";
import { nameOf } from "./fleet";
import { Slice } from "./slice";

const SNOOZES_EVERY_MS = 30_000;

export class AlertDesk {
  readonly panel: AlertPanel;
  readonly evidence: EvidenceView;
  readonly slice: Slice;
  /** Name of the account that is logged in; empty: nobody logs in here. */
  account = "";

  constructor(
    private readonly map: MapLibre, private readonly fleet: Fleet,
    private readonly on: { show(alert: Alert): void; changed(): void; select(mmsi: number): void; goTo(ms: number): void; report(alert: Alert): void },
  ) {
    this.slice = new Slice(map);
    this.panel = new AlertPanel(must("alerts"), {
      show: (a) => this.show(a), acknowledge: (a) => this.acknowledge(a), deed: (kind, a) => this.deed(kind, a),
      why: (a) => void this.evidence.open(a.id), report: (a) => this.on.report(a), snoozes: () => void openSnoozes((m) => this.name(m), () => void this.count()),
    });
    this.evidence = new EvidenceView(must("evidence"), {
      slice: (found, right) => this.slice.show(found, right), name: (mmsi) => this.name(mmsi),
      select: (mmsi) => this.on.select(mmsi), goTo: (ms) => this.on.goTo(ms),
    });
  }

  start(): void {
    void this.count();
    setInterval(() => void this.count(), SNOOZES_EVERY_MS);
  }

  take(alerts: Alert[], all: boolean): void {
    this.panel.update(alerts, all);
    for (const alert of alerts) void this.evidence.changed(alert);
    if (alerts.some((a) => a.snoozed)) void this.count();
    this.on.changed();
  }

  show(alert: Alert): void {
    this.panel.choose(alert.id);
    if (this.evidence.id !== null && this.evidence.id !== alert.id) void this.evidence.open(alert.id);
    this.on.show(alert);
  }

  next(): void {
    const next = this.panel.next();
    if (next) this.show(next);
  }

  words(): void {
    this.panel.rebuild();
    if (this.evidence.id !== null) this.evidence.build();
  }

  private deed(kind: DeedName, alert: Alert): void {
    openDeed(kind, alert, {
      account: this.account, snoozed: () => void this.count(), changed: (a) => this.take([a], false),
      bounds: () => {
        const b = this.map.getBounds();
        return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];
      },
      names: () => [...new Set([...this.panel.alerts.values()].map((a) => a.assigned ?? "").filter(Boolean))],
    });
  }

  private acknowledge(alert: Alert): Promise<string> {
    return act(alert, `alerts/${encodeURIComponent(alert.id)}/ack`, {}, { state: "acknowledged" }, (a) => this.take([a], false));
  }

  private async count(): Promise<void> {
    try {
      this.panel.setSnoozes((await snoozes()).length);
    } catch {
      return; // the banner tells of a server that does not answer
    }
  }

  private name(mmsi: number): string {
    return nameOf({ mmsi, label: this.fleet.labels.get(mmsi) });
  }
}
