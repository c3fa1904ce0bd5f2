// The watch list of this browser: ships that are named first and can be shown alone.

import { recall, remember } from "./settings";

export class Watched {
  ships: Set<number>;

  constructor() {
    const told = (recall("watch") ?? "").split(",").map(Number);
    this.ships = new Set(told.filter((m) => Number.isInteger(m) && m > 0));
  }

  has(mmsi: number): boolean {
    return this.ships.has(mmsi);
  }

  /** Puts a ship on the list, or takes it off. */
  toggle(mmsi: number): void {
    if (!this.ships.delete(mmsi)) this.ships.add(mmsi);
    remember("watch", [...this.ships].join(","));
  }

  /** Another list in its place. */
  replace(ships: number[]): void {
    this.ships = new Set(ships.filter((m) => Number.isInteger(m) && m > 0));
    remember("watch", [...this.ships].join(","));
  }
}
