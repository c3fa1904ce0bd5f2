// The forms of an alert's life: snooze, assign, note, hand over, close. Distress has no snooze.

import { act, CAUSES, type DeedName, endSnooze, myName, type Snooze, snoozes } from "./deeds";
import { h } from "./dom";
import type { Alert } from "./feed";
import { utc } from "./format";
import { t } from "./i18n";
import { remember } from "./settings";
import { ask, choice, type Field, text, tick } from "./sheet";

const MINUTES = [15, 30, 60, 120, 240, 480, 1440];

export interface DeedContext {
  /** The name of the account that is logged in; empty where nobody logs in. */
  account: string;
  /** The part of the map that is shown: west, south, east, north. */
  bounds(): [number, number, number, number];
  /** The alert as it is now. */
  changed(alert: Alert): void;
  /** Names that alerts were assigned to. */
  names(): string[];
  snoozed(): void;
}

export function openDeed(kind: DeedName, alert: Alert, on: DeedContext): void {
  const who = text("who", t("form.who"), myName(), { required: true, maxlength: 80 });
  const mine: Field[] = on.account ? [] : [who];
  const about = `${alert.rule.replace(/[-_]/g, " ")} · ${alert.names.join(" · ")}`;
  const named = (given: Record<string, string>): object => {
    if (!on.account && given.who) remember("who", given.who);
    return given.who ? { who: given.who } : {};
  };
  const path = (deed: string) => `alerts/${encodeURIComponent(alert.id)}/${deed}`;
  const note = (must: boolean) => ({ name: "note", label: t("form.note"), input: h("textarea", { name: "note", rows: 3, maxlength: 2000, required: must }) });
  const to = (): Field => {
    const field = text("to", t("form.to"), "", { required: true, maxlength: 80, list: "known-names", "data-first": "" });
    return field;
  };
  const open = (fields: Field[], body: (given: Record<string, string>) => object, change: (given: Record<string, string>) => Partial<Alert>) => {
    const dialog = ask(t(`deed.${kind}`), about, [...fields, ...mine], t(`deed.${kind}`), (given) =>
      act(alert, path(kind), { ...body(given), ...named(given) }, change(given), (a) => on.changed(a)));
    dialog.append(h("datalist", { id: "known-names" }, ...on.names().map((n) => h("option", { value: n }))));
  };
  if (kind === "assign") open([to(), note(false)], (g) => ({ to: g.to, note: g.note }), (g) => ({ assigned: g.to ?? "" }));
  else if (kind === "handover") open([to(), note(true)], (g) => ({ to: g.to, note: g.note }), (g) => ({ assigned: g.to ?? "", note: g.note ?? "" }));
  else if (kind === "note") open([note(true)], (g) => ({ note: g.note }), (g) => ({ note: g.note ?? "" }));
  else if (kind === "close") {
    const causes = CAUSES.map((c): [string, string] => [c, t(`cause.${c}`)]);
    const cause = choice("cause", t("form.cause"), [["", "–"], ...causes]);
    cause.input.required = true;
    open([cause, note(false)], (g) => ({ cause: g.cause, note: g.note }), () => ({ state: "cleared" }));
  } else snoozeForm(alert, about, mine, on, named);
}

function snoozeForm(alert: Alert, about: string, mine: Field[], on: DeedContext, named: (given: Record<string, string>) => object): void {
  const scopes: [string, string][] = [["area", t("snooze.area")], ["rule", t("snooze.rule")]];
  if (alert.subjects.length > 0) scopes.unshift(["ships", t(["", "snooze.ship", "snooze.pair"][alert.subjects.length] ?? "snooze.ships")]);
  const rule = tick("only", t("snooze.only", { rule: alert.rule.replace(/[-_]/g, " ") }), true);
  const scope = choice("scope", t("snooze.what"), scopes);
  scope.input.addEventListener("change", () => {
    rule.input.disabled = scope.input.value === "rule"; // the rule is all that is named then
  });
  const spans = MINUTES.map((m): [string, string] => [String(m * 60), m < 60 ? t("min", { n: m }) : t("hours", { n: m / 60 })]);
  const reason = text("reason", t("form.reason"), "", { required: true, "data-first": "" });
  ask(t("deed.snooze"), about, [scope, rule, choice("seconds", t("snooze.for"), spans, "1800"), reason, ...mine], t("deed.snooze"), (given) => {
    const body = {
      seconds: Number(given.seconds), reason: given.reason,
      ...(given.scope === "ships" ? { ships: alert.subjects } : {}),
      ...(given.scope === "area" ? { area: on.bounds() } : {}),
      ...(given.scope === "rule" || given.only ? { rule: alert.rule } : {}),
    };
    return act(alert, "snoozes", { ...body, ...named(given) }, {}, () => on.snoozed());
  });
}

/** What is quiet now, and until when; each can be ended. */
export async function openSnoozes(name: (mmsi: number) => string, done: () => void): Promise<void> {
  const row = (s: Snooze) => {
    const what = [s.rule.replace(/[-_]/g, " "), s.ships.map(name).join(" · "),
      s.area ? `${s.area[1].toFixed(2)}°, ${s.area[0].toFixed(2)}° – ${s.area[3].toFixed(2)}°, ${s.area[2].toFixed(2)}°` : ""].filter(Boolean).join("; ");
    const item: HTMLElement = h("li", {}, h("div", {}, h("b", {}, what),
      h("span", {}, t("snooze.says", { time: utc(s.until_ms, false), who: s.who, reason: s.reason }))),
      h("button", { type: "button", class: "end", click: () => void endSnooze(s.id).then((wrong) => {
        if (wrong) item.append(h("span", { class: "problem" }, wrong));
        else item.remove();
        done();
      }) }, t("snooze.end")));
    return item;
  };
  const found = await snoozes();
  document.querySelector("dialog.sheet")?.remove();
  const dialog = h("dialog", { class: "sheet snoozes" }, h("h2", {}, t("snoozes")),
    found.length > 0 ? h("ul", {}, ...found.map(row)) : h("p", {}, t("snoozes.none")),
    h("div", { class: "sheet-buttons" }, h("button", { type: "button", class: "no", click: () => dialog.close() }, t("card.close"))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
