// On a tablet the panel at the side is a drawer over the map: a handle with the number of open alerts brings it, a ship or an
// alert that is chosen opens it, its × or the handle puts it away. Where there is a mouse and room, the panel just stands there.

import { h, setText } from "./dom";
import { t } from "./i18n";

/** As in the style sheet: a finger, and no room beside the map. */
const FOLDED = "(pointer: coarse) and (max-width: 1100px)";

export class Drawer {
  readonly handle: HTMLButtonElement;
  private readonly folded = matchMedia(FOLDED);
  private readonly count = h("b", {});
  private readonly word = h("span", {});
  private pulled: { x: number; y: number } | null = null;

  constructor(private readonly side: HTMLElement, area: HTMLElement, private readonly on: { moved(): void }) {
    this.handle = h("button", { type: "button", class: "side-handle", "aria-controls": side.id, click: () => this.toggle() }, this.word, this.count);
    area.append(this.handle);
    this.folded.addEventListener("change", () => this.set(false));
    side.addEventListener("pointerdown", (e) => {
      this.pulled = e.pointerType === "touch" && (e.target as HTMLElement).closest(".panel-head") ? { x: e.clientX, y: e.clientY } : null;
    });
    side.addEventListener("pointermove", (e) => {
      if (!this.pulled) return;
      const away = innerWidth > innerHeight ? e.clientX - this.pulled.x : e.clientY - this.pulled.y;
      if (away > 60) this.set(false);
    });
    this.set(false);
  }

  /** The panel is a drawer now. */
  get is(): boolean {
    return this.folded.matches;
  }

  get open(): boolean {
    return !this.is || document.body.classList.contains("side-open");
  }

  toggle(): void {
    if (this.is) this.set(!this.open);
  }

  /** Something in it is wanted. */
  show(): void {
    if (this.is) this.set(true);
  }

  set(open: boolean): void {
    this.pulled = null;
    document.body.classList.toggle("side-open", open && this.is);
    this.handle.setAttribute("aria-expanded", String(this.open));
    this.side.inert = !this.open; // what is out of sight is out of reach of Tab and readers, too
    this.on.moved();
  }

  tick(openAlerts: number): void {
    setText(this.word, t("alerts"));
    setText(this.count, String(openAlerts));
    this.handle.classList.toggle("some", openAlerts > 0);
  }
}
