// Every key of the page: what it shows in the help, and what it does.

import type { App } from "./app";
import { cycleHeat } from "./beside";
import { stepShip } from "./hands";

interface Key {
  /** As in the help. */
  shown: string;
  /** Words of the help. */
  text: string;
  run: Record<string, (app: App) => void>;
}

export const KEYS: Key[] = [
  { shown: "/", text: "help.slash", run: { "/": (a) => a.search.focus() } },
  { shown: "[ ]", text: "help.step", run: { "]": (a) => step(a, 1), "[": (a) => step(a, -1) } },
  { shown: "Enter", text: "help.enter", run: { Enter: (a) => enter(a) } },
  { shown: "N", text: "help.n", run: { n: (a) => a.desk.next() } },
  { shown: "A Y", text: "help.a", run: { a: (a) => a.alerts.press("ack"), y: (a) => a.alerts.press("why") } },
  { shown: "S C H", text: "help.s", run: {
    s: (a) => a.alerts.press("snooze"), c: (a) => a.alerts.press("close"), h: (a) => a.alerts.press("handover"),
  } },
  { shown: "U ⇧N", text: "help.u", run: { u: (a) => a.alerts.press("assign"), "shift+N": (a) => a.alerts.press("note") } },
  { shown: "R", text: "help.r", run: { r: (a) => a.tools.start() } },
  { shown: "E", text: "help.e", run: { e: (a) => a.tools.toggleEbl() } },
  { shown: "⇧ ← → ↑ ↓", text: "help.turn", run: {
    "shift+ArrowLeft": (a) => a.tools.turnEbl(-1, 0), "shift+ArrowRight": (a) => a.tools.turnEbl(1, 0),
    "shift+ArrowUp": (a) => a.tools.turnEbl(0, 0.1), "shift+ArrowDown": (a) => a.tools.turnEbl(0, -0.1),
  } },
  { shown: "M", text: "help.m", run: { m: (a) => a.legs.toggle() } },
  { shown: "Q", text: "help.q", run: { q: (a) => a.ownChosen() } },
  { shown: "⇧V 1 9", text: "help.views", run: {
    "shift+V": (a) => a.views.open(), ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [String(n), (a: App) => a.views.go(n)])),
  } },
  { shown: "P", text: "help.p", run: { p: (a) => a.editor.toggle() } },
  { shown: "X", text: "help.x", run: { x: (a) => {
    a.tools.clear();
    a.legs.clear();
  }, Backspace: (a) => a.legs.open && a.legs.back() } },
  { shown: "W", text: "help.w", run: { w: (a) => a.watchChosen() } },
  { shown: "O", text: "help.o", run: { o: (a) => a.card.setFollow(!a.card.following) } },
  { shown: "I", text: "help.i", run: { i: (a) => void a.card.toggleDossier() } },
  { shown: "V T L Z", text: "help.v", run: {
    v: (a) => a.look.cycleVectors(), t: (a) => a.look.cycleTrails(), l: (a) => a.look.cycleLabels(), z: (a) => a.look.cycleZones(),
  } },
  { shown: "⇧Z", text: "help.heat", run: { "shift+Z": () => cycleHeat() } },
  { shown: "F", text: "help.f", run: { f: (a) => a.legend.toggleOpen() } },
  { shown: "D", text: "help.d", run: { d: (a) => a.look.cyclePalette(1), "shift+D": (a) => a.look.cyclePalette(-1) } },
  { shown: "+ − ← → ↑ ↓", text: "help.map", run: {
    "+": (a) => a.map.zoomIn(), "=": (a) => a.map.zoomIn(), "-": (a) => a.map.zoomOut(),
    ArrowLeft: (a) => a.map.panBy([-90, 0]), ArrowRight: (a) => a.map.panBy([90, 0]),
    ArrowUp: (a) => a.map.panBy([0, -90]), ArrowDown: (a) => a.map.panBy([0, 90]),
  } },
  { shown: "Space B", text: "help.play", run: { " ": (a) => a.player.toggle(), b: (a) => a.player.play(-1) } },
  { shown: ", . < >", text: "help.minute", run: {
    ",": (a) => a.minute(-1), ".": (a) => a.minute(1), "shift+<": (a) => a.player.faster(-1), "shift+>": (a) => a.player.faster(1),
    "<": (a) => a.player.faster(-1), ">": (a) => a.player.faster(1),
  } },
  { shown: "G J K", text: "help.goto", run: { g: (a) => a.timebar.focusInput(), j: (a) => a.timebar.toAlert(-1), k: (a) => a.timebar.toAlert(1) } },
  { shown: "0", text: "help.live", run: { "0": (a) => a.player.live() } },
  { shown: "Home", text: "help.home", run: { Home: (a) => a.home() } },
  { shown: "Esc", text: "help.esc", run: { Escape: (a) => a.escape() } },
  { shown: "?", text: "help.help", run: { "?": (a) => a.toggleHelp() } },
];

function step(app: App, by: number): void {
  const mmsi = stepShip(app.fleet, app.view, app.card.mmsi, by);
  if (mmsi !== null) app.select(mmsi);
}

/** Ends a line that is being measured: at the chosen ship, else in the middle of the map. */
function enter(app: App): void {
  if (app.legs.open) {
    const here = app.card.mmsi;
    if (here !== null && !app.legs.points.some((p) => "mmsi" in p && p.mmsi === here)) app.legs.add({ mmsi: here });
    else app.legs.addAtMiddle();
    return;
  }
  const from = app.tools.first;
  if (!from) return;
  const ship = app.card.mmsi;
  if (ship !== null && !("mmsi" in from && from.mmsi === ship)) app.tools.finish({ mmsi: ship });
  else app.tools.finishAtMiddle();
}

/** Does what the pressed key stands for; whether it stands for something. */
export function press(app: App, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (document.querySelector("dialog.sheet[open]")) return false; // a form has the keyboard
  const target = event.target as HTMLElement;
  if (target.matches("input, select, textarea")) return false;
  // Enter and the arrows belong to a button or list that has the focus.
  if ((event.key === "Enter" || event.key === " ") && target.matches("button, summary, a, [tabindex='0']")) return false;
  const letter = event.key.length === 1;
  const names = event.shiftKey ? [`shift+${event.key}`, letter ? event.key.toLowerCase() : ""] : [letter ? event.key.toLowerCase() : event.key];
  if (app.editor.draft && names.some((name) => app.editor.key(name))) return true;
  for (const name of names) {
    const action = KEYS.map((k) => k.run[name]).find((f) => f !== undefined);
    if (action && (!app.help.open || event.key === "?")) {
      action(app);
      return true;
    }
  }
  return false;
}
