// Wires the page together: feed -> fleet -> map, lists and card.

import "maplibre-gl/dist/maplibre-gl.css";
import "./style.css";
import { App } from "./app";
import { setLanguage } from "./i18n";
import { applyPalette, recall } from "./palette";

setLanguage(recall("lang") ?? "en");
applyPalette(recall("palette") === "day" ? "day" : "night");
new App().start();
