// A case that begins with a distress alert: where and when it was, and whose.

import { position } from "../format";
import { t } from "../i18n";
import type { CaseForm } from "./api";
import { emptyForm } from "./caseform";

interface Told { rule: string; lat: number | null; lon: number | null; time_ms?: number; time?: number; names?: string[]; subjects?: number[]; sentence: string }

export async function formOfAlert(id: string): Promise<CaseForm> {
  const form = emptyForm();
  const found = await alert(id);
  if (!found) return { ...form, note: t("r.alertGone", { id }) };
  const ms = found.time_ms ?? 0;
  const at = ms > 0 ? `${new Date(ms).toISOString().slice(0, 16)}Z` : String(form.scenarios[0]?.at ?? "");
  const who = (found.names ?? []).filter(Boolean).join(", ") || (found.subjects ?? []).join(", ");
  form.name = `${who || found.rule} ${at}`.slice(0, 80);
  form.note = `${t("r.fromAlert", { id })} ${found.sentence}`;
  const place = found.lat === null || found.lon === null ? "" : position(found.lat, found.lon).replaceAll("°", "-").replaceAll("′", "");
  form.scenarios = [{ kind: "position", place, at, span: "0 min", error: "0.5 nm", weight: "1", name: found.rule }];
  return form;
}

async function alert(id: string): Promise<Told | null> {
  const answer = await fetch("api/alerts?since=0");
  if (answer.ok) {
    const { alerts } = (await answer.json()) as { alerts: (Told & { id: string })[] };
    const live = alerts.find((a) => a.id === id);
    if (live) return live;
  }
  const stored = await fetch(`api/alerts/${encodeURIComponent(id)}`);
  return stored.ok ? ((await stored.json()) as Told) : null;
}
