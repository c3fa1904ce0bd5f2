// A line drawn on the map for a boat of the form: by presses, or by keys at the cross in the middle of the map.

import type { Map as MapLibre } from "maplibre-gl";
import { t } from "../i18n";
import type { Places } from "./shape";
import type { State } from "./state";

const SAME = 6; // px: a second press here ends the line

export class Drawing {
  constructor(area: HTMLElement, map: MapLibre, private readonly state: State, private readonly said: (text: string) => void) {
    let down: [number, number] | null = null;
    area.addEventListener("pointerdown", (e) => (down = [e.clientX, e.clientY]), true);
    area.addEventListener("pointerup", (e) => {
      if (!this.state.draft || !down || !(e.target as HTMLElement).closest("#map")) return;
      if (Math.hypot(e.clientX - down[0], e.clientY - down[1]) > SAME) return; // the map was moved
      const box = area.getBoundingClientRect();
      const at = map.unproject([e.clientX - box.left, e.clientY - box.top]);
      const last = this.state.draft.places.at(-1);
      const spot = last ? map.project([last[1], last[0]]) : null;
      if (spot && Math.hypot(spot.x - (e.clientX - box.left), spot.y - (e.clientY - box.top)) <= SAME) this.end();
      else this.add(at.lat, at.lng);
    }, true);
    this.centre = () => map.getCenter();
    state.on(["draft"], () => {
      area.classList.toggle("drawing", this.state.draft !== null);
      map.doubleClickZoom[this.state.draft ? "disable" : "enable"]();
    });
  }

  private readonly centre: () => { lat: number; lng: number };

  begin(most: number, done: (places: Places) => void): void {
    this.state.draft = { places: [], most, done };
    this.state.tell("draft");
    this.said(t("r.draw.how"));
  }

  private add(lat: number, lon: number): void {
    const draft = this.state.draft;
    if (!draft) return;
    draft.places = [...draft.places, [lat, lon]];
    this.state.tell("draft");
    if (draft.places.length >= draft.most) this.end();
  }

  end(): void {
    const draft = this.state.draft;
    if (!draft) return;
    this.state.draft = null;
    this.state.tell("draft");
    this.said("");
    if (draft.places.length > 1) draft.done(draft.places);
  }

  key(event: KeyboardEvent): boolean {
    const draft = this.state.draft;
    if (!draft) return false;
    if (event.key === "Enter" && event.shiftKey) this.end();
    else if (event.key === "Enter") this.add(this.centre().lat, this.centre().lng);
    else if (event.key === "Backspace") {
      draft.places = draft.places.slice(0, -1);
      this.state.tell("draft");
    } else if (event.key === "Escape") {
      this.state.draft = null;
      this.state.tell("draft");
      this.said("");
    } else return false;
    return true;
  }
}
