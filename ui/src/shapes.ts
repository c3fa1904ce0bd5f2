// Small drawings of the symbols on the map, for legend and help: the same outlines as in shaders.ts.

const PATHS: Record<string, string> = {
  "shape.a": "M8 1 13 15 8 12.5 3 15Z", "shape.b": "M8 3 12 13 8 11.2 4 13Z",
  "shape.radar": "M8 2.5a5.5 5.5 0 1 0 .01 0ZM8 7a1 1 0 1 0 .01 0Z", "shape.both": "M8 .7a7.3 7.3 0 1 0 .01 0ZM8 2.5 11 12.5 8 10.7 5 12.5Z",
  "shape.moored": "M8 4a4 4 0 1 0 .01 0Z", "shape.base": "M3.5 3.5h9v9h-9Z", "shape.aton": "M8 2 14 8 8 14 2 8Z",
  "shape.sar": "M8 2a6 6 0 1 0 .01 0ZM8 2v12M2 8h12", "shape.lost": "M8 1 13 15 8 12.5 3 15ZM2 2 14 14",
};
const FILLED = new Set(["shape.a", "shape.b"]);
export const SHAPES = Object.keys(PATHS);

export function shapeIcon(key: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(space, "path");
  shape.setAttribute("d", PATHS[key] ?? "");
  shape.setAttribute("class", FILLED.has(key) ? "filled" : "hollow");
  svg.append(shape);
  return svg;
}

/** A sheet of paper with lines, for what makes a report: no font is sure to have a sign for it. */
export function paperIcon(): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "paper-icon");
  svg.setAttribute("aria-hidden", "true");
  const sheet = document.createElementNS(space, "path");
  sheet.setAttribute("d", "M3.5 1.5h6l3 3v10h-9ZM9.5 1.5v3h3M5.5 7.5h5M5.5 9.8h5M5.5 12h3");
  svg.append(sheet);
  return svg;
}
