// The top bar and the notice below it, which is always in sight.

import { h, setText } from "../dom";
import { local, utc, utcDate, zone } from "../format";
import { LANGUAGES, language, setLanguage, t } from "../i18n";
import { applyPalette, currentPalette, paletteAfter } from "../palette";
import { pageLinks } from "../pages";
import { recall, remember } from "../settings";
import type { State } from "./state";
import { SurvivalClock } from "./timeline";

export class Bar {
  private readonly title = h("strong", { class: "title" });
  private readonly name = h("span", { class: "case-name" });
  private readonly links = h("nav", { class: "links" });
  private readonly who = h("input", { type: "text", maxlength: 40, id: "who", autocomplete: "name" });
  private readonly whoLabel = h("label", { class: "who" });
  private readonly utc = h("span", { class: "utc" });
  private readonly local = h("span", { class: "local" });
  private readonly choice = h("select", { id: "language" });
  private readonly palette = h("button", { type: "button", id: "palette" }, "◐");
  private readonly approval = h("strong", { id: "approval" });
  private readonly survival: SurvivalClock;

  constructor(root: HTMLElement, notice: HTMLElement, private readonly state: State, private readonly recolour: () => void, words: () => void) {
    this.survival = new SurvivalClock(state);
    this.palette.addEventListener("click", () => this.nextPalette());
    for (const [code, entry] of Object.entries(LANGUAGES)) this.choice.append(h("option", { value: code, selected: code === language() }, entry.name));
    this.choice.addEventListener("change", () => {
      setLanguage(this.choice.value);
      remember("lang", this.choice.value);
      words();
    });
    this.who.value = recall("who") ?? "";
    this.who.addEventListener("input", () => remember("who", this.who.value.trim()));
    root.append(this.title, this.links, h("span", { class: "clocks" }, this.utc, this.local), this.whoLabel, this.choice, this.palette);
    notice.append(this.approval, this.name, this.survival.root);
    state.on(["case"], () => setText(this.name, state.open?.name ?? ""));
    const tick = () => {
      const now = Date.now();
      setText(this.utc, `${utcDate(now)} ${utc(now)} UTC`);
      setText(this.local, `${local(now)} ${zone(now)}`);
    };
    tick();
    window.setInterval(tick, 1000);
  }

  nextPalette(): void {
    applyPalette(paletteAfter(currentPalette(), 1));
    this.recolour();
  }

  language(): void {
    setText(this.title, t("r.title"));
    document.title = `selat: ${t("r.title")}`;
    this.links.replaceChildren(...pageLinks("rescue", true));
    this.whoLabel.replaceChildren(`${t("r.who")} `, this.who);
    this.whoLabel.hidden = this.state.account !== "";
    this.choice.setAttribute("aria-label", t("help.language"));
    this.palette.title = t("palette");
    this.palette.setAttribute("aria-label", t("palette"));
    setText(this.approval, t("r.approvalLine"));
    this.survival.language();
  }
}
