// The page of the rescue co-ordinator: /rescue, /rescue?case=ID, /rescue?alert=ID.

import "maplibre-gl/dist/maplibre-gl.css";
import "../palettes.css";
import "../style.css";
import "./rescue.css";
import { applyPalette, isPalette } from "../palette";
import { setLanguage } from "../i18n";
import { recall } from "../settings";
import { Desk } from "./desk";
import { addWords } from "./words";

addWords();
setLanguage(recall("lang") ?? "en");
const asked = recall("palette");
applyPalette(isPalette(asked) ? asked : "night");
void new Desk().start();
