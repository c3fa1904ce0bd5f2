// One contact: her looks, and her numbers as they stand in the columns.

import { type Columns, mercatorX, STRIDE } from "./columns";
import type { Cls, Label, Row } from "./feed";

export class Contact implements Row {
  cls: Cls = 0;
  category = 0;
  alert = 0; // 0 none, 1 caution .. 4 emergency
  acknowledged = false;
  /** The filter takes it off the map; one with an alert stays. */
  hidden = false;
  label: Label | undefined = undefined;

  constructor(private readonly columns: Columns, readonly mmsi: number, public slot: number) {}

  /** Degrees and knots, NaN when not available. */
  get lon(): number { return this.columns.lon(this.slot); }
  get lat(): number { return this.columns.lat(this.slot); }
  get sog(): number { return this.columns.sog(this.slot); }
  get cog(): number { return this.columns.cog(this.slot); }
  get hdg(): number { return this.columns.hdg(this.slot); }
  get age(): number { return this.columns.age(this.slot); }
  get flags(): number { return this.columns.flags(this.slot); }
  get fixMs(): number { return this.columns.fixMs(this.slot); }
  /** Mercator, and per second. */
  get x(): number { return mercatorX(this.lon); }
  get y(): number { return this.columns.y(this.slot); }
  get vx(): number { return this.columns.gpu[this.slot * STRIDE + 2] as number; }
  get vy(): number { return this.columns.gpu[this.slot * STRIDE + 3] as number; }
  /** Mercator a metre at her latitude. */
  get perMetre(): number { return this.columns.perMetre(this.slot); }
}
