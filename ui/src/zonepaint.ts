// Draws a zone that is being drawn or changed, on the canvas over the map.

import { token } from "./palette";
import type { View } from "./view";
import { circle, corridor, type Draft, type Point } from "./zonedraft";

export function paintDraft(c: CanvasRenderingContext2D, draft: Draft, view: View, loose: { x: number; y: number } | null): void {
  c.save();
  c.strokeStyle = c.fillStyle = token("--accent");
  c.lineWidth = 1.8;
  const path = (points: Point[], closed: boolean) => {
    c.beginPath();
    for (const p of points) c.lineTo(view.xOf(p[0]), view.yOf(p[1]));
    if (closed) c.closePath();
  };
  const fill = () => {
    c.globalAlpha = 0.14;
    c.fill();
    c.globalAlpha = 1;
  };
  const first = draft.points[0];
  if (draft.shape === "circle" && first) {
    path(circle(first, draft.width), true);
    fill();
    c.stroke();
  } else if (draft.shape === "line") {
    if (draft.points.length > 1) {
      path(corridor(draft.points, draft.width), true);
      fill();
    }
    path(draft.points, false);
    c.stroke();
  } else {
    path(draft.points, !draft.open);
    if (draft.points.length > 2) fill();
    c.stroke();
    for (const hole of draft.holes) {
      path(hole, true);
      c.stroke();
    }
  }
  const last = draft.points[draft.points.length - 1];
  if (draft.open) {
    const { width, height } = view.size();
    const to = loose ?? { x: width / 2, y: height / 2 };
    c.setLineDash([5, 4]);
    c.beginPath();
    if (last) c.moveTo(view.xOf(last[0]), view.yOf(last[1]));
    c.lineTo(to.x, to.y);
    c.stroke();
    c.setLineDash([]);
    c.beginPath();
    c.moveTo(to.x - 9, to.y);
    c.lineTo(to.x + 9, to.y);
    c.moveTo(to.x, to.y - 9);
    c.lineTo(to.x, to.y + 9);
    c.stroke();
  }
  const knob = (p: Point, r: number, full: boolean) => {
    c.beginPath();
    c.arc(view.xOf(p[0]), view.yOf(p[1]), r, 0, 7);
    c.fillStyle = full ? token("--accent") : token("--bg");
    c.fill();
    c.stroke();
  };
  for (const [, p] of draft.middles()) knob(p, 3, false);
  draft.points.forEach((p, k) => knob(p, k === draft.chosen ? 7 : 5, k === draft.chosen));
  const reach = draft.handle();
  if (reach) knob(reach, 5, false);
  c.restore();
}
