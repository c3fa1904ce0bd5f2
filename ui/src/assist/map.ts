// Bases and what boats reach from them, on the same land as the watch; for a donor hours by cell of one degree.

import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { FeatureCollection } from "geojson";
import type { GeoJSONSource, Map as MapLibre, StyleSpecification } from "maplibre-gl";
import { EMPTY, loadLand, prepare, style } from "../basemap";
import { h } from "../dom";
import { token } from "../palette";
import { get } from "./api";
import { t } from "./words";

const LAUNCH_MINUTES = 30;

function styled(): StyleSpecification {
  const base = style();
  const reach = (hours: number, opacity: number) => ({
    id: `reach-${hours}`, type: "fill" as const, source: "assist", filter: ["all", ["==", ["get", "craft"], "boat"], ["==", ["get", "hours"], hours]] as never,
    paint: { "fill-color": token("--good"), "fill-opacity": opacity },
  });
  base.sources.assist = { type: "geojson", data: EMPTY };
  base.layers.push(
    reach(3, 0.1), reach(2, 0.14), reach(1, 0.2),
    { id: "reach-line", type: "line", source: "assist", filter: ["==", ["get", "craft"], "boat"], paint: { "line-color": token("--good"), "line-width": 1.2, "line-opacity": 0.8 } },
    { id: "flight-line", type: "line", source: "assist", filter: ["==", ["get", "craft"], "uav"],
      paint: { "line-color": token("--accent"), "line-width": 1.2, "line-dasharray": [2, 3] } },
    { id: "cell", type: "fill", source: "assist", filter: ["==", ["get", "layer"], "cell"],
      paint: { "fill-color": token("--accent"), "fill-opacity": ["interpolate", ["linear"], ["get", "hours"], 0, 0.08, 200, 0.6] } },
    { id: "area", type: "line", source: "assist", filter: ["==", ["get", "layer"], "area"], paint: { "line-color": token("--zone-area"), "line-width": 1.6, "line-dasharray": [4, 3] } },
    { id: "base", type: "circle", source: "assist", filter: ["==", ["get", "layer"], "base"],
      paint: { "circle-radius": 6, "circle-color": token("--accent"), "circle-stroke-color": token("--select"), "circle-stroke-width": 2 } },
  );
  return base;
}

export async function mapPage(tier: string): Promise<HTMLElement> {
  const data = await get<FeatureCollection>("/map");
  const place = h("div", { class: "map", id: "assist-map", role: "img", "aria-label": t("nav.map") });
  const bases = data.features.filter((f) => f.properties?.layer === "base");
  const note = tier === "public" ? t("map.public") : tier === "donor" ? t("map.donor") : bases.length ? t("map.note", { m: LAUNCH_MINUTES }) : t("map.none");
  const legend = h("ul", { class: "map-legend" },
    ...(tier === "donor" || tier === "public" ? [] : [1, 2, 3].map((n) => h("li", {}, h("i", { class: `reach r${n}` }), `${t("map.within")} ${n} h`))),
    data.features.some((f) => f.properties?.craft === "uav") ? h("li", {}, h("i", { class: "flight" }), t("map.flight")) : null,
    tier === "public" ? null : h("li", {}, h("i", { class: "area" }), t("map.area")));
  const list = h("ul", { class: "bases" }, ...bases.map((f) => h("li", {}, `${String(f.properties?.units)}: ${String(f.properties?.items)}, ${String(f.properties?.ready)} ${t("is.in_service")}`)));
  queueMicrotask(() => void draw(place, data));
  return h("div", { class: "mapped" }, h("h1", {}, t("nav.map")), h("p", { class: "none" }, note), h("div", { class: "map-row" }, place, h("div", {}, legend, list)));
}

async function draw(place: HTMLElement, data: FeatureCollection): Promise<void> {
  await import("maplibre-gl/dist/maplibre-gl.css");
  const gl = await import("maplibre-gl");
  prepare(gl, workerUrl);
  const map: MapLibre = new gl.Map({ container: place, style: styled(), center: [102, 3.6], zoom: 5.2, attributionControl: false, dragRotate: false });
  map.on("load", () => {
    void (async () => {
      await loadLand(map);
      await (map.getSource("assist") as GeoJSONSource).setData(data);
      frame(map, data);
      place.dataset.ready = "1";
    })();
  });
}

/** Shows all that there is. */
function frame(map: MapLibre, data: FeatureCollection): void {
  const box = [180, 90, -180, -90] as [number, number, number, number];
  const visit = (c: unknown): void => {
    if (!Array.isArray(c)) return;
    if (typeof c[0] === "number" && typeof c[1] === "number") {
      box[0] = Math.min(box[0], c[0]); box[1] = Math.min(box[1], c[1]); box[2] = Math.max(box[2], c[0]); box[3] = Math.max(box[3], c[1]);
    } else c.forEach(visit);
  };
  const near = data.features.filter((f) => f.properties?.layer !== "area");
  for (const f of near.length ? near : data.features) visit((f.geometry as { coordinates: unknown }).coordinates);
  if (box[0] <= box[2]) map.fitBounds(box, { padding: 30, animate: false, maxZoom: 9 });
}
