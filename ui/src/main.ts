// Wires the page together: feed -> fleet -> map, lists and card.

import "maplibre-gl/dist/maplibre-gl.css";
import "./palettes.css";
import "./style.css";
import "./tools.css";
import "./desk.css";
import "./touch.css";
import { App } from "./app";
import { hang } from "./beside";
import { setLanguage } from "./i18n";
import { applyPalette, isPalette } from "./palette";
import { recall } from "./settings";

setLanguage(recall("lang") ?? "en");
const asked = recall("palette");
applyPalette(isPalette(asked) ? asked : "night");
const app = new App();
app.start();
hang(app);
