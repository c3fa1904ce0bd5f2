// Draws the tools on the canvas over the map.

import { ahead, leg } from "./geo";
import { token } from "./palette";
import type { Tools } from "./tools";
import { degrees } from "./format";
import { NAUTICAL_MILE } from "./units";
import type { View } from "./view";

const SHORT_PX = 70;

export function paintTools(c: CanvasRenderingContext2D, tools: Tools, view: View, font: string): void {
  c.save();
  c.strokeStyle = c.fillStyle = token("--tool");
  c.lineWidth = 1.4;
  c.font = `600 12px ${font}`;
  c.textAlign = "left";
  for (const line of tools.lines) {
    const m = tools.measure(line);
    if (!m) continue;
    const [x0, y0, x1, y1] = [view.xOf(m.from[0]), view.yOf(m.from[1]), view.xOf(m.to[0]), view.yOf(m.to[1])];
    stroke(c, x0, y0, x1, y1);
    if (Math.hypot(x1 - x0, y1 - y0) < SHORT_PX) continue; // the list beside the map says it; here it would hide the ships
    tag(c, (x0 + x1) / 2 + 7, (y0 + y1) / 2, m.cpa ? [m.range, m.cpa] : [m.range]);
  }
  const from = tools.first && tools.anchors.at(tools.first);
  if (from) {
    const { width, height } = view.size();
    const to = tools.loose ?? { x: width / 2, y: height / 2 };
    c.setLineDash([5, 4]);
    stroke(c, view.xOf(from.lon), view.yOf(from.lat), to.x, to.y);
    c.setLineDash([]);
    cross(c, to.x, to.y);
    const way = leg(from.lon, from.lat, view.lonAt(to.x), view.latAt(to.y));
    tag(c, to.x + 12, to.y - 10, [`${(way.metres / NAUTICAL_MILE).toFixed(2)} nm ${degrees(way.bearing)}`]);
  }
  if (tools.ebl) mark(c, tools, view);
  c.restore();
}

function stroke(c: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  c.beginPath();
  c.moveTo(x0, y0);
  c.lineTo(x1, y1);
  c.stroke();
}

function cross(c: CanvasRenderingContext2D, x: number, y: number): void {
  stroke(c, x - 8, y, x + 8, y);
  stroke(c, x, y - 8, x, y + 8);
}

function tag(c: CanvasRenderingContext2D, x: number, y: number, lines: string[]): void {
  const wide = Math.max(...lines.map((l) => c.measureText(l).width));
  c.save();
  c.globalAlpha = 0.86;
  c.fillStyle = token("--bg");
  c.fillRect(x - 4, y - 13, wide + 8, 16 * lines.length + 3);
  c.restore();
  lines.forEach((line, k) => c.fillText(line, x, y + 16 * k));
}

/** The range marker as a ring on the ground, the bearing line to the edge of it and beyond, the handle where they meet. */
function mark(c: CanvasRenderingContext2D, tools: Tools, view: View): void {
  const ebl = tools.ebl;
  const at = ebl && tools.anchors.at(ebl.ship);
  const knob = tools.handle();
  if (!ebl || !at || !knob) return;
  c.setLineDash([6, 4]);
  c.beginPath();
  for (let k = 0; k <= 90; k++) {
    const [lon, lat] = ahead(at.lon, at.lat, k * 4, ebl.metres);
    c.lineTo(view.xOf(lon), view.yOf(lat));
  }
  c.stroke();
  const far = ahead(at.lon, at.lat, ebl.bearing, Math.max(ebl.metres * 4, 20 * NAUTICAL_MILE));
  stroke(c, view.xOf(at.lon), view.yOf(at.lat), view.xOf(far[0]), view.yOf(far[1]));
  c.setLineDash([]);
  const x = view.xOf(knob[0]), y = view.yOf(knob[1]);
  c.beginPath();
  c.arc(x, y, 5, 0, 7);
  c.fill();
  tag(c, x + 10, y - 6, [`${ebl.bearing.toFixed(1).padStart(5, "0")}°  ${(ebl.metres / NAUTICAL_MILE).toFixed(2)} nm`]);
}
