// A small line chart: probability against effort, or against searches.

const SPACE = "http://www.w3.org/2000/svg";

function make(tag: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const element = document.createElementNS(SPACE, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text) element.textContent = text;
  return element;
}

/** Points (x from 0 on, y from 0 to 1) joined by a line; marked points carry their words. */
export function curve(points: [number, number][], marks: { x: number; y: number; words: string }[], label: string, unit: string): SVGElement {
  const width = 330, height = 130, left = 34, bottom = 20, top = 8, right = 10;
  const most = Math.max(...points.map((p) => p[0]), 1e-9);
  const high = Math.min(1, Math.max(0.1, Math.ceil(Math.max(...points.map((p) => p[1]), ...marks.map((m) => m.y)) * 10) / 10));
  const x = (v: number) => left + (v / most) * (width - left - right);
  const y = (v: number) => height - bottom - (v / high) * (height - bottom - top);
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, class: "curve", role: "img", "aria-label": label });
  for (const share of [0, 0.5, 1]) {
    svg.append(make("line", { x1: left, x2: width - right, y1: y(share * high), y2: y(share * high), class: "rule" }),
      make("text", { x: left - 5, y: y(share * high) + 4, class: "tick", "text-anchor": "end" }, `${Math.round(share * high * 100)} %`));
  }
  svg.append(make("polyline", { points: points.map(([a, b]) => `${x(a)},${y(b)}`).join(" "), class: "line" }));
  let last = -Infinity; // labels keep clear of each other
  for (const [a] of points) {
    if (x(a) - last < 36) continue;
    last = x(a);
    svg.append(make("text", { x: x(a), y: height - 6, class: "tick", "text-anchor": "middle" }, `${+a.toFixed(2)}${unit}`));
  }
  for (const mark of marks) {
    const dot = make("circle", { cx: x(mark.x), cy: y(mark.y), r: 4, class: "mark" });
    dot.append(make("title", {}, mark.words));
    svg.append(dot);
  }
  return svg;
}
