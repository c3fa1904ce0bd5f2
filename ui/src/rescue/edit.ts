// Areas are moved, turned and resized by mouse, finger or keys; the server says what the plan is worth then.

import type { Map as MapLibre } from "maplibre-gl";
import { NAUTICAL_MILE } from "../units";
import { type Plan, post, Refused, type Shape, type Task } from "./api";
import type { Painter } from "./paint";
import { type Grip, LineEditor } from "./lineedit";
import { CORNERS, type Handle, inside, moved, type Places, point, pulled, shapeOf, SIDES, SQUARE, taskOf } from "./shape";
import type { State } from "./state";

const REACH = 12; // px about a handle
const FINGER = 24;
const STEP = 0.1 * NAUTICAL_MILE;

type Hit = { task: Task; handle: Handle } | { task: Task; grip: Grip };
type Pull = Hit & { start: Shape; places: Places; from: [number, number]; pointer: number };

export class Editor {
  private pull: Pull | null = null;
  private running = false;
  private again = false;
  private readonly lines: LineEditor;

  constructor(
    private readonly area: HTMLElement, private readonly map: MapLibre, private readonly painter: Painter,
    private readonly state: State, private readonly said: (text: string) => void,
  ) {
    this.lines = new LineEditor(painter, state, (task, places) => this.setLine(task, places));
    area.addEventListener("pointerdown", (e) => this.down(e), true);
    area.addEventListener("pointermove", (e) => this.move(e), true);
    for (const kind of ["pointerup", "pointercancel"] as const) area.addEventListener(kind, (e) => this.up(e), true);
    // MapLibre listens to mouse and touch beside pointers: what is ours stays ours
    for (const kind of ["mousedown", "touchstart"] as const) {
      area.addEventListener(kind, (e) => {
        if (this.pull) e.stopPropagation();
      }, true);
    }
  }

  private shape(task: Task): Shape {
    return this.state.shapes[task.name] ?? shapeOf(task.area);
  }

  private place(event: PointerEvent): [number, number] {
    const box = this.area.getBoundingClientRect();
    return [this.painter.view.lonAt(event.clientX - box.left), this.painter.view.latAt(event.clientY - box.top)];
  }

  /** What lies under a place on the screen: a handle of the chosen area, else an area. */
  private hit(event: PointerEvent): Hit | null {
    const plan = this.state.plan;
    if (!plan || this.state.draft || !(event.target as HTMLElement).closest("#map")) return null;
    const reach = event.pointerType === "touch" ? FINGER : REACH;
    const box = this.area.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top;
    const view = this.painter.view;
    const near = ([px, py]: [number, number]) => Math.hypot(px - x, py - y) <= reach;
    const chosen = taskOf(plan, this.state.chosen);
    const ahead = chosen ? [chosen, ...plan.tasks.filter((task) => task !== chosen)] : plan.tasks;
    for (const task of ahead) {
      const grip = this.lines.hit(task, x, y, task === chosen ? reach : reach * 0.7, task === chosen && this.state.mayAct);
      if (grip) return { task, grip };
    }
    if (chosen && this.state.mayAct && !this.state.line(chosen.name)) {
      const shape = moved(chosen, this.shape(chosen), this.state.instant);
      if (near(this.painter.knob(shape))) return { task: chosen, handle: "turn" };
      const spot = (a: number, b: number): [number, number] => {
        const [lon, lat] = point(shape, (a * shape.length) / 2, (b * shape.width) / 2);
        return [view.xOf(lon), view.yOf(lat)];
      };
      for (const [k, [a, b]] of CORNERS.entries()) if (near(spot(a, b))) return { task: chosen, handle: `c${k as 0}` };
      for (const [k, [a, b]] of SIDES.entries()) if (near(spot(a, b))) return { task: chosen, handle: `s${k as 0}` };
    }
    const at = this.place(event);
    const under = plan.tasks.filter((task) => !this.state.line(task.name) && inside(moved(task, this.shape(task), this.state.instant), ...at));
    const task = under.find((u) => u.name === this.state.chosen) ?? under[0];
    return task ? { task, handle: "move" } : null;
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0 || this.pull) return;
    const hit = this.hit(event);
    if (!hit) return;
    const before = this.state.chosen;
    if (before !== hit.task.name) {
      this.state.chosen = hit.task.name;
      this.state.corner = 0;
      this.state.tell("plan");
      return; // the first press chooses, the next one pulls
    }
    if (!this.state.mayAct) return;
    event.stopPropagation();
    event.preventDefault();
    this.area.setPointerCapture(event.pointerId);
    this.area.focus({ preventScroll: true });
    const places = this.state.line(hit.task.name) ?? [];
    this.pull = { ...hit, start: this.shape(hit.task), places, from: this.place(event), pointer: event.pointerId };
  }

  private move(event: PointerEvent): void {
    if (!this.pull || event.pointerId !== this.pull.pointer) {
      const hit = event.buttons === 0 ? this.hit(event) : null;
      this.map.getCanvas().style.cursor = this.state.draft ? "crosshair" : hit ? (hit.task.name === this.state.chosen ? cursor(hit) : "pointer") : "";
      return;
    }
    event.stopPropagation();
    const { task, start, from } = this.pull;
    if ("grip" in this.pull) {
      this.setLine(task, this.lines.pulled(this.pull.places, this.pull.grip, from, this.place(event)));
      return;
    }
    const seen = moved(task, start, this.state.instant);
    const next = pulled(seen, this.pull.handle, from, this.place(event), this.square(task));
    this.set(task, moved(task, next, this.state.instant, true));
  }

  private square(task: Task): boolean {
    return SQUARE.has(this.state.shapes[task.name]?.pattern ?? task.pattern);
  }

  private up(event: PointerEvent): void {
    if (!this.pull || event.pointerId !== this.pull.pointer) return;
    event.stopPropagation();
    this.area.releasePointerCapture(event.pointerId);
    this.pull = null;
    this.score();
  }

  /** Changes an area, and asks what that is worth. */
  set(task: Task, shape: Shape): void {
    this.state.shapes = { ...this.state.shapes, [task.name]: shape };
    this.state.tell("plan");
    this.score();
  }

  /** The same for a line. */
  setLine(task: Task, places: Places): void {
    this.state.lines = { ...this.state.lines, [task.name]: places };
    this.state.tell("plan");
    this.score();
  }

  /** One key for the chosen area or line; whether it was one. */
  key(event: KeyboardEvent): boolean {
    const task = taskOf(this.state.plan, this.state.chosen);
    if (!task || !this.state.mayAct) return false;
    const places = this.state.line(task.name);
    if (places) return this.lines.key(event, task, places);
    const shape = this.shape(task);
    const ways: Record<string, [number, number]> = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };
    const way = ways[event.key];
    if (way && event.shiftKey) {
      const length = Math.max(STEP, shape.length + way[1] * STEP), width = Math.max(STEP, shape.width + way[0] * STEP);
      this.set(task, { ...shape, length: this.square(task) ? width : length, width });
    } else if (way) {
      const north = { ...shape, axis: 0 };
      const [lon, lat] = point(north, way[1] * STEP, -way[0] * STEP);
      this.set(task, { ...shape, lon, lat });
    } else if (event.key === "[" || event.key === "]") {
      this.set(task, { ...shape, axis: (shape.axis + (event.key === "]" ? 5 : 355)) % 360 });
    } else return false;
    return true;
  }

  /** Areas about a middle are no larger than their effort pays for: they become what the server made of them. */
  private settle(plan: Plan): void {
    for (const task of plan.tasks) {
      const shape = this.state.shapes[task.name];
      if (shape && this.square(task)) this.state.shapes[task.name] = { ...shapeOf(task.area), pattern: task.pattern };
    }
  }

  /** Asks again what the changes are worth: the case itself was changed. */
  refresh(): void {
    if (Object.keys(this.state.changes).length > 0) this.score();
  }

  /** Asks the server; while it thinks only the newest wish is kept. */
  private score(): void {
    if (this.running) {
      this.again = true;
      return;
    }
    const { open, shown, changes, turn } = this.state;
    if (!open || !shown || Object.keys(changes).length === 0) return;
    this.running = true;
    post<{ plan: Plan; overlaps: string[][] }>(`cases/${open.id}/score`, { plan: shown, areas: changes })
      .then((told) => {
        if (this.state.turn !== turn) return; // undone meanwhile, or another plan
        this.state.edited = told.plan;
        this.state.overlaps = told.overlaps;
        if (!this.pull && !this.again) this.settle(told.plan);
        this.state.tell("plan");
      })
      .catch((e: unknown) => this.said(e instanceof Refused ? e.words : String(e)))
      .finally(() => {
        this.running = false;
        if (this.again) {
          this.again = false;
          this.score();
        }
      });
  }
}

function cursor(hit: Hit): string {
  if ("grip" in hit) return hit.grip.kind === "line" ? "move" : "crosshair";
  const { handle } = hit;
  return handle === "move" ? "move" : handle === "turn" ? "grab" : "crosshair";
}
