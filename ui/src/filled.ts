// Sources of things that are there or not: a layer with nothing in it is not drawn. The map would cut every tile of its
// source into the stencil all the same, twice a frame, which costs as much as the land where the processor draws.

import type { Feature } from "geojson";
import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";

/** Gives a source its features; its layers are drawn while it has some and they are wanted. */
export function fill(map: MapLibre, source: string, features: Feature[], wanted = true): void {
  const there = map.getSource(source) as GeoJSONSource | undefined;
  if (!there) return; // the map is not there yet
  void there.setData({ type: "FeatureCollection", features });
  show(map, source, wanted && features.length > 0);
}

/** Draws the layers of a source, or leaves them out. */
export function show(map: MapLibre, source: string, on: boolean): void {
  const visibility = on ? "visible" : "none";
  for (const id of map.getLayersOrder()) {
    if (map.getLayer(id)?.source !== source) continue;
    if ((map.getLayoutProperty(id, "visibility") ?? "visible") !== visibility) map.setLayoutProperty(id, "visibility", visibility);
  }
}
