// The contact under the pointer.

import type { PictureClock } from "./clock";
import { type Contact, drawnAt, type Fleet } from "./fleet";
import type { View } from "./view";

/** The nearest visible contact within `reach` pixels, counting the hull of a ship drawn to scale as under it. */
export function nearest(
  fleet: Fleet, view: View, clock: PictureClock, at: { x: number; y: number }, reach: number,
): Contact | undefined {
  const reckon = clock.reckon();
  let best: Contact | undefined;
  let least = Infinity;
  for (const c of fleet.contacts) {
    if (c.hidden) continue;
    const [mx, my] = drawnAt(c, reckon);
    const dx = view.xOfMercator(mx) - at.x;
    const dy = view.yOfMercator(my) - at.y;
    const hull = ((c.label?.length_m ?? 0) * view.scale) / 40_000_000 / 2.5;
    const far = Math.hypot(dx, dy) - (c.alert > 0 ? 2 : 0);
    if (far < Math.max(reach, hull) && far < least) {
      least = far;
      best = c;
    }
  }
  return best;
}
