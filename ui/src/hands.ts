// Pointer on the map: choose a ship, Shift and drag for range and bearing, drag the handle of the bearing line.

import type { Map as MapLibre, MapMouseEvent, MapTouchEvent } from "maplibre-gl";
import type { Anchor } from "./anchors";
import type { PictureClock } from "./clock";
import type { Contact, Fleet } from "./fleet";
import type { Legs } from "./legs";
import { nearest } from "./pick";
import type { Tools } from "./tools";
import type { View } from "./view";
import type { ZoneEditor } from "./zoneeditor";

const FINGER_PX = 26;
const LONG_MS = 550;
const SLIP_PX = 9;

export class Hands {
  private drag: "line" | "ebl" | "zone" | null = null;
  private moved = false;
  private pressed = 0; // a finger rests on the map
  private held = false;
  private began = { x: 0, y: 0 };
  private long = false; // the menu came from that finger: its end is no tap

  constructor(
    private readonly map: MapLibre, private readonly view: View, private readonly fleet: Fleet,
    private readonly clock: PictureClock, private readonly tools: Tools, private readonly editor: ZoneEditor, private readonly legs: Legs,
    private readonly on: { select(mmsi: number | null): void; hover(hit: Contact | undefined, x: number | null, y: number): void; held(): void; menu(x: number, y: number, mmsi: number | null): void },
  ) {
    map.boxZoom.disable(); // Shift and drag measures
    map.on("mousedown", (e) => this.down(e, e.originalEvent.shiftKey));
    const lifted = (): void => {
      clearTimeout(this.pressed);
      this.held = false;
    };
    map.on("touchstart", (e) => {
      lifted();
      this.long = false;
      if (e.points.length !== 1) return;
      this.down(e, false);
      if (!this.drag) this.rest(e.point.x, e.point.y);
    });
    map.on("touchmove", (e) => {
      if (e.points.length > 1 || Math.hypot(e.point.x - this.began.x, e.point.y - this.began.y) > SLIP_PX) lifted();
    });
    for (const end of ["touchend", "touchcancel"] as const) map.on(end, lifted);
    map.on("contextmenu", (e) => {
      e.preventDefault();
      const touch = (e.originalEvent as PointerEvent).pointerType === "touch"; // of a finger that rests: told above, if it did not move
      if (!touch && !this.long) this.on.menu(e.point.x, e.point.y, this.hit(e.point.x, e.point.y, 15)?.mmsi ?? null);
    });
    map.on("mousemove", (e) => this.move(e));
    map.on("touchmove", (e) => this.drag && this.move(e));
    map.on("mouseup", (e) => this.up(e));
    map.on("touchend", (e) => this.up(e));
    map.on("click", (e) => this.click(e));
    map.on("dblclick", () => this.editor.finish(true));
    map.on("mouseout", () => {
      this.editor.loose = this.legs.loose = null; // Enter puts a corner at the cross then
      this.on.hover(undefined, null, 0);
    });
    map.on("dragstart", () => this.on.held());
  }

  /** A finger that stays where it is opens the menu of that place. */
  private rest(x: number, y: number): void {
    this.began = { x, y };
    this.held = true;
    // Where the machine is slow, a movement may be waiting behind the clock: it is heard before the menu opens.
    this.pressed = setTimeout(() => requestAnimationFrame(() => setTimeout(() => {
      if (!this.held || this.legs.open || this.tools.first || this.editor.draft) return; // there a press is a point
      this.long = true;
      this.on.menu(x, y, this.hit(x, y, FINGER_PX)?.mmsi ?? null);
    })), LONG_MS);
  }

  private hit(x: number, y: number, reach: number): Contact | undefined {
    return nearest(this.fleet, this.view, this.clock, { x, y }, reach);
  }

  private anchor(x: number, y: number, reach = 15): Anchor {
    const hit = this.hit(x, y, reach);
    return hit ? { mmsi: hit.mmsi } : { lon: this.view.lonAt(x), lat: this.view.latAt(y) };
  }

  private down(e: MapMouseEvent | MapTouchEvent, shift: boolean): void {
    const { x, y } = e.point;
    this.moved = false;
    if (this.editor.down(x, y)) {
      this.drag = "zone";
      e.preventDefault();
      return;
    }
    if (this.tools.ebl && this.tools.holds(x, y)) this.drag = "ebl";
    else if (shift) {
      this.drag = "line";
      this.tools.start(this.anchor(x, y));
    } else return;
    e.preventDefault(); // the map itself stays where it is
  }

  private move(e: MapMouseEvent | MapTouchEvent): void {
    const { x, y } = e.point;
    if (this.editor.move(x, y)) return;
    if (this.drag === "ebl") {
      this.moved = true;
      this.tools.dragEbl(x, y);
      return;
    }
    if (this.legs.open) {
      this.legs.loose = { x, y };
      this.map.triggerRepaint();
    }
    if (this.tools.first) {
      this.moved = this.moved || this.drag === "line";
      this.tools.loose = { x, y };
      this.map.triggerRepaint();
    }
    this.on.hover(this.hit(x, y, 13), x, y);
  }

  private up(e: MapMouseEvent | MapTouchEvent): void {
    if (this.drag === "line" && this.moved) this.tools.finish(this.anchor(e.point.x, e.point.y));
    if (this.drag === "ebl") this.tools.told();
    if (this.drag === "zone") this.editor.up();
    if (this.drag) setTimeout(() => (this.drag = null)); // the click that follows is none
  }

  private click(e: MapMouseEvent): void {
    if (this.drag || this.long) {
      this.long = false;
      return;
    }
    const touch = (e.originalEvent as PointerEvent).pointerType === "touch";
    if (this.legs.open) {
      this.legs.add(this.anchor(e.point.x, e.point.y, touch ? FINGER_PX : 15));
      return;
    }
    if (this.editor.draft) {
      this.editor.click(e.point.x, e.point.y);
      return;
    }
    if (this.tools.first) {
      this.tools.finish(this.anchor(e.point.x, e.point.y, touch ? FINGER_PX : 15));
      return;
    }
    this.on.select(this.hit(e.point.x, e.point.y, touch ? FINGER_PX : 15)?.mmsi ?? null);
  }
}

/** Ships in view, from the middle of the map outwards: the way through them without a pointer. */
export function stepShip(fleet: Fleet, view: View, from: number | null, by: number): number | null {
  const { width, height } = view.size();
  const near = fleet.contacts
    .filter((c) => !c.hidden)
    .map((c) => ({ c, x: view.xOfMercator(c.x), y: view.yOfMercator(c.y) }))
    .filter((p) => p.x > 0 && p.y > 0 && p.x < width && p.y < height)
    .sort((p, q) => Math.hypot(p.x - width / 2, p.y - height / 2) - Math.hypot(q.x - width / 2, q.y - height / 2) || p.c.mmsi - q.c.mmsi);
  if (near.length === 0) return null;
  const at = near.findIndex((p) => p.c.mmsi === from);
  return near[at < 0 ? (by > 0 ? 0 : near.length - 1) : (at + by + near.length) % near.length]?.c.mmsi ?? null;
}
