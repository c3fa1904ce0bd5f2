// What an officer does with an alert, sent to the server.

import type { Alert } from "./feed";
import { recall } from "./settings";

/** Does it; what went wrong, or nothing. `done` gets the alert as it will come back with the feed. */
export async function act(
  alert: Alert, path: string, body: object, change: Partial<Alert>, done: (alert: Alert) => void,
): Promise<string> {
  try {
    const answer = await fetch(`api/${path}`, {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ who: recall("who") || "watch", ...body }),
    });
    if (!answer.ok) return ((await answer.json().catch(() => ({}))) as { error?: string }).error ?? String(answer.status);
    done({ ...alert, ...change });
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
