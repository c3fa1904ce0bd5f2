// What is looked at: the chosen ship, an alert's place, a ship out of the search; and where the map goes for it.

import type { Map as MapLibre } from "maplibre-gl";
import type { ShipPanel } from "./card";
import type { Drawer } from "./drawer";
import type { Alert } from "./feed";
import type { Fleet } from "./fleet";
import type { Overlay } from "./overlay";
import type { Player } from "./player";
import { recall, remember } from "./settings";
import type { ShipLayer } from "./shiplayer";
import type { Tools } from "./tools";

export interface Looked {
  map: MapLibre;
  fleet: Fleet;
  layer: ShipLayer;
  overlay: Overlay;
  card: ShipPanel;
  drawer: Drawer;
  tools: Tools;
  player: Player;
}

export class Choice {
  private awaited = Number(recall("ship")) || null; // a ship the address names, until it is on the picture

  constructor(private readonly at: Looked) {}

  select(mmsi: number | null): void {
    const { layer, overlay, card, map } = this.at;
    layer.selected = mmsi;
    this.awaited = null;
    remember("ship", mmsi === null ? "" : String(mmsi));
    overlay.selected = mmsi;
    if (mmsi === null) card.close();
    else card.open(mmsi);
    document.body.classList.toggle("with-card", mmsi !== null);
    if (mmsi !== null) this.at.drawer.show();
    map.triggerRepaint();
  }

  /** A ship that was waited for has come onto the picture. */
  heard(fly = false): void {
    if (this.awaited === null || !this.at.fleet.byMmsi.has(this.awaited)) return;
    if (fly) this.goTo(this.awaited);
    else this.select(this.awaited);
  }

  /** From the search: the other end of a line that is being measured, else the ship to look at. */
  goTo(mmsi: number, last?: number | null): void {
    const { tools, fleet, player, map } = this.at;
    if (tools.first) {
      tools.finish({ mmsi });
      return;
    }
    if (last && !fleet.byMmsi.has(mmsi)) {
      this.awaited = mmsi; // chosen when the picture has her
      player.go(last);
      return;
    }
    this.select(mmsi);
    const c = fleet.byMmsi.get(mmsi);
    if (c) map.flyTo({ center: [c.lon, c.lat], zoom: Math.max(map.getZoom(), 11), duration: 900 });
  }

  centre(mmsi: number): void {
    const c = this.at.fleet.byMmsi.get(mmsi);
    if (c) this.at.map.easeTo({ center: [c.lon, c.lat], duration: 400 });
  }

  /** Brings an alert's ships, or its place, into view. */
  alert(alert: Alert): void {
    const { fleet, map } = this.at;
    const known = alert.subjects.map((m) => fleet.byMmsi.get(m)).filter((c) => c !== undefined);
    const first = known[0];
    const lon = first?.lon ?? alert.lon;
    const lat = first?.lat ?? alert.lat;
    if (first) this.select(first.mmsi);
    if (lon === null || lon === undefined || lat === null || lat === undefined) return;
    if (known.length > 1) {
      const lons = known.map((c) => c.lon);
      const lats = known.map((c) => c.lat);
      const box: [number, number, number, number] = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
      map.fitBounds(box, { padding: 140, maxZoom: 13, duration: 900 });
      return;
    }
    map.flyTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 11.5), duration: 900 });
  }
}
