// Every deed of the keyboard: its usual key, the line of the help it stands in, and what it does. Which key does it is in
// keymap.ts, since people change that.

import type { App } from "./app";
import { cycleHeat, openKeys, openReport, cycleWeather } from "./beside";
import { stepShip } from "./hands";
import { deedOf, namesOf, toldDeeds } from "./keymap";

/** A deed; one that is fixed keeps its key, since forms, lists and the browser itself use that. */
export interface Deed {
  id: string;
  keys: string[];
  run(app: App): void;
  fixed?: true;
}

/** A line of the help. */
export interface Line {
  text: string;
  deeds: Deed[];
}

const deed = (id: string, keys: string, run: (app: App) => void): Deed => ({ id, keys: keys === " " ? [" "] : keys.split(" "), run });
const fixed = (id: string, keys: string, run: (app: App) => void): Deed => ({ ...deed(id, keys, run), fixed: true });

export const LINES: Line[] = [
  { text: "help.slash", deeds: [deed("search", "/", (a) => a.search.focus())] },
  { text: "help.step", deeds: [deed("last-ship", "[", (a) => step(a, -1)), deed("next-ship", "]", (a) => step(a, 1))] },
  { text: "help.enter", deeds: [fixed("enter", "Enter", (a) => enter(a))] },
  { text: "help.n", deeds: [deed("next-alert", "n", (a) => a.desk.next())] },
  { text: "help.a", deeds: [deed("acknowledge", "a", (a) => a.alerts.press("ack")), deed("evidence", "y", (a) => a.alerts.press("why"))] },
  { text: "help.s", deeds: [deed("snooze", "s", (a) => a.alerts.press("snooze")), deed("close", "c", (a) => a.alerts.press("close")),
    deed("handover", "h", (a) => a.alerts.press("handover"))] },
  { text: "help.u", deeds: [deed("assign", "u", (a) => a.alerts.press("assign")), deed("note", "shift+N", (a) => a.alerts.press("note"))] },
  { text: "help.r", deeds: [deed("range", "r", (a) => a.tools.start())] },
  { text: "help.e", deeds: [deed("ebl", "e", (a) => a.tools.toggleEbl())] },
  { text: "help.turn", deeds: [
    fixed("turn-left", "shift+ArrowLeft", (a) => a.tools.turnEbl(-1, 0)), fixed("turn-right", "shift+ArrowRight", (a) => a.tools.turnEbl(1, 0)),
    fixed("ring-out", "shift+ArrowUp", (a) => a.tools.turnEbl(0, 0.1)), fixed("ring-in", "shift+ArrowDown", (a) => a.tools.turnEbl(0, -0.1)),
  ] },
  { text: "help.m", deeds: [deed("legs", "m", (a) => a.legs.toggle())] },
  { text: "help.q", deeds: [deed("own", "q", (a) => a.ownChosen())] },
  { text: "help.views", deeds: [deed("views", "shift+V", (a) => a.views.open()),
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => fixed(`view-${n}`, String(n), (a) => a.views.go(n)))] },
  { text: "help.p", deeds: [deed("zone-editor", "p", (a) => a.editor.toggle())] },
  { text: "help.x", deeds: [deed("clear", "x", (a) => {
    a.tools.clear();
    a.legs.clear();
  }), fixed("leg-back", "Backspace", (a) => a.legs.open && a.legs.back())] },
  { text: "help.menu", deeds: [fixed("menu", "ContextMenu shift+F10", (a) => a.menuHere())] },
  { text: "help.report", deeds: [deed("report", "shift+R", (a) => openReport(a))] },
  { text: "help.w", deeds: [deed("watch", "w", (a) => a.watchChosen())] },
  { text: "help.o", deeds: [deed("follow", "o", (a) => a.card.setFollow(!a.card.following))] },
  { text: "help.i", deeds: [deed("dossier", "i", (a) => void a.card.toggleDossier())] },
  { text: "help.v", deeds: [deed("vectors", "v", (a) => a.look.cycleVectors()), deed("trails", "t", (a) => a.look.cycleTrails()),
    deed("labels", "l", (a) => a.look.cycleLabels()), deed("zones", "z", (a) => a.look.cycleZones())] },
  { text: "help.heat", deeds: [deed("density", "shift+Z", () => cycleHeat())] },
  { text: "help.weather", deeds: [deed("weather", "shift+W", () => cycleWeather())] },
  { text: "help.f", deeds: [deed("filter", "f", (a) => a.legend.toggleOpen())] },
  { text: "help.panel", deeds: [deed("panel", "shift+A", (a) => a.drawer.toggle())] },
  { text: "help.d", deeds: [deed("palette", "d", (a) => a.look.cyclePalette(1)), deed("palette-back", "shift+D", (a) => a.look.cyclePalette(-1))] },
  { text: "help.map", deeds: [
    deed("zoom-in", "+ =", (a) => a.map.zoomIn()), deed("zoom-out", "-", (a) => a.map.zoomOut()),
    fixed("west", "ArrowLeft", (a) => a.map.panBy([-90, 0])), fixed("east", "ArrowRight", (a) => a.map.panBy([90, 0])),
    fixed("north", "ArrowUp", (a) => a.map.panBy([0, -90])), fixed("south", "ArrowDown", (a) => a.map.panBy([0, 90])),
  ] },
  { text: "help.play", deeds: [deed("play", " ", (a) => a.player.toggle()), deed("play-back", "b", (a) => a.player.play(-1))] },
  { text: "help.minute", deeds: [deed("minute-back", ",", (a) => a.minute(-1)), deed("minute-forth", ".", (a) => a.minute(1)),
    deed("slower", "<", (a) => a.player.faster(-1)), deed("faster", ">", (a) => a.player.faster(1))] },
  { text: "help.goto", deeds: [deed("go-to", "g", (a) => a.timebar.focusInput()), deed("alert-before", "j", (a) => a.timebar.toAlert(-1)),
    deed("alert-after", "k", (a) => a.timebar.toAlert(1))] },
  { text: "help.live", deeds: [deed("live", "0", (a) => a.player.live())] },
  { text: "help.home", deeds: [deed("home", "Home", (a) => a.home())] },
  { text: "help.own", deeds: [deed("keys", "shift+K", (a) => openKeys(a))] },
  { text: "help.esc", deeds: [fixed("escape", "Escape", (a) => a.escape())] },
  { text: "help.help", deeds: [fixed("help", "?", (a) => a.toggleHelp())] },
];
toldDeeds(LINES.flatMap((line) => line.deeds));

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
  if (document.querySelector("dialog.sheet[open], .context-menu")) return false; // a form or a menu has the keyboard
  const target = event.target as HTMLElement;
  if (target.matches("input, select, textarea")) return false;
  // Enter and the arrows belong to a button or list that has the focus.
  if ((event.key === "Enter" || event.key === " ") && target.matches("button, summary, a, [tabindex='0']")) return false;
  const names = namesOf(event);
  if (app.editor.draft && names.some((name) => app.editor.key(name))) return true;
  for (const name of names) {
    const found = deedOf(name);
    if (found && (!app.help.open || found.id === "help")) {
      found.run(app);
      return true;
    }
  }
  return false;
}
