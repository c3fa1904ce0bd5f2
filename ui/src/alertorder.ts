// The order in which alerts are read: open ones first, by priority, then the newest.

import type { Alert } from "./feed";
import { PRIORITIES } from "./fleet";

export type { Alert };

export function isSeen(alert: Alert): boolean {
  return alert.state === "acknowledged" || alert.snoozed === true;
}

export function order(alerts: Iterable<Alert>): Alert[] {
  const rank = (a: Alert) => (isSeen(a) ? 0 : 10) + PRIORITIES.indexOf(a.priority);
  return [...alerts].sort((a, b) => rank(b) - rank(a) || b.time_ms - a.time_ms || (a.id < b.id ? -1 : 1));
}
