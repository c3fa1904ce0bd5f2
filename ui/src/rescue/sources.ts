// Wind and current of a case: typed by hand, from files beside the cases, sent from this machine; what each covers.

import { h } from "../dom";
import { span, utc, utcDate } from "../format";
import { t } from "../i18n";
import { type FieldFile, type Flow, FLOWS, get, Refused, type Row, send, type Source } from "./api";
import { button, field } from "./fields";
import type { State } from "./state";

const EXAMPLE: Record<Flow, string> = { wind: "230/12kn", current: "320/0.8kn" };
const TYPES = ".nc,.nc4,.cdf,.netcdf,.grib2,.grb2,.grib,.grb,.zip";

export function moment(ms: number): string {
  return `${utcDate(ms).slice(5)} ${utc(ms, false)}Z`;
}

/** A source in words. */
export function sourceWords(source: Source): string {
  if (source.sort === "none") return t("r.source.none");
  if (source.sort === "climatology") return t("r.source.climatology");
  if (source.sort === "typed") return `${source.text} (${t("r.source.typed")})`;
  if (source.sort === "table") return `${source.text} (${t("r.source.table")})`;
  if (source.begin_ms === undefined || source.end_ms === undefined) return source.text;
  const step = source.step_s ? `, ${t("r.source.each", { step: span(source.step_s) })}` : "";
  return `${source.text}: ${moment(source.begin_ms)} – ${moment(source.end_ms)}${step}`;
}

/** A list of what a drift rests on, with errors at their source. */
export function sourceList(sources: Source[]): HTMLElement {
  return h("dl", { class: "sources" }, ...FLOWS.flatMap((kind) => [
    h("dt", {}, t(`r.flow.${kind}`)),
    ...sources.filter((s) => s.kind === kind).map((s) => h("dd", { class: s.error ? "wrong" : "" }, sourceWords(s),
      s.sha256 ? h("span", { class: "hash", title: `SHA-256 ${s.sha256}` }, ` ${s.sha256.slice(0, 8)}`) : null)),
  ]));
}

export class Sources {
  private sending: { name: string; share: number; stop: () => void } | null = null;
  private error = "";
  private root: HTMLElement | null = null;
  private form: Row = {};

  constructor(private readonly state: State, private readonly said: (text: string) => void, private readonly changed: (kind: Flow) => void) {
    state.on(["fields", "draft"], () => this.redraw());
  }

  /** Asks for the files again. */
  async refresh(): Promise<void> {
    this.state.fields = (await get<{ fields: FieldFile[] }>("fields")).fields;
    this.state.tell("fields");
  }

  draw(form: Row): HTMLElement {
    this.form = form;
    this.root = h("fieldset", { class: "flows" });
    this.redraw();
    return this.root;
  }

  private redraw(): void {
    if (!this.root) return;
    const focused = document.activeElement?.getAttribute("name");
    this.root.replaceChildren(
      h("legend", {}, t("r.weather")), ...FLOWS.flatMap((kind) => this.one(kind)),
      h("div", { class: "grid" },
        field({ key: "wind_error", example: "5 kn" }, this.form, "wind_error", t("r.windError"), () => this.changed("wind")),
        field({ key: "current_error", example: "0.6 kn" }, this.form, "current_error", t("r.currentError"), () => this.changed("current"))),
      this.upload(), h("p", { class: "hint" }, t("r.weatherHint")));
    if (focused) this.root.querySelector<HTMLElement>(`[name="${focused}"]`)?.focus();
  }

  private one(kind: Flow): HTMLElement[] {
    const lines = field({ key: kind, kind: "lines", example: EXAMPLE[kind], wide: true }, this.form, kind, t(`r.${kind}`), () => this.changed(kind));
    const have = this.state.fields.filter((f) => f[kind] !== null);
    const choice = h("select", { name: `field-${kind}`, "aria-label": t(`r.take.${kind}`), disabled: have.length === 0 },
      h("option", { value: "" }, have.length > 0 ? t(`r.take.${kind}`) : t(`r.noField.${kind}`)),
      ...have.map((f) => h("option", { value: f.name }, `${f.name} · ${moment(f[kind]?.begin_ms ?? 0)} – ${moment(f[kind]?.end_ms ?? 0)}`)));
    choice.addEventListener("change", () => {
      if (choice.value) this.take(kind, choice.value);
    });
    const told = h("ul", { class: "told-sources", "data-kind": kind }, ...this.words(kind));
    return [lines, choice, told];
  }

  private words(kind: Flow): HTMLElement[] {
    return this.state.sources.filter((s) => s.kind === kind && !s.error).map((s) => h("li", {}, sourceWords(s)));
  }

  /** What is known of the sources, without touching the fields that people type in. */
  tell(): void {
    for (const kind of FLOWS) this.root?.querySelector(`.told-sources[data-kind=${kind}]`)?.replaceChildren(...this.words(kind));
  }

  /** A file becomes a source: before what was typed, which goes on where the file ends. */
  private take(kind: Flow, name: string): void {
    const lines = String(this.form[kind] ?? "").split("\n").map((line) => line.trim()).filter(Boolean);
    if (!lines.includes(name)) this.form[kind] = [name, ...lines].join("\n");
    this.changed(kind);
    this.redraw();
  }

  private upload(): HTMLElement {
    const path = "upload";
    if (this.sending) {
      return h("div", { class: "field wide", "data-path": path }, h("span", { class: "typed sending" }, h("span", {}, this.sending.name),
        h("progress", { max: 1, value: this.sending.share, "aria-label": t("r.sending") }),
        button(t("r.cancel"), () => this.sending?.stop(), { "data-act": "stop-sending" })));
    }
    const file = h("input", { type: "file", accept: TYPES, name: "upload", id: "f-upload", class: "unseen", disabled: !this.state.mayAct });
    file.addEventListener("change", () => {
      if (file.files?.[0]) void this.send(file.files[0]);
    });
    return h("div", { class: `field wide${this.error ? " wrong" : ""}`, "data-path": path },
      h("span", { class: "typed" }, h("label", { for: "f-upload", class: "as-button" }, t("r.upload")), file, h("span", { class: "hint" }, t("r.uploadHint"))),
      h("p", { class: "error", role: "alert", hidden: !this.error }, this.error));
  }

  private async send(file: File): Promise<void> {
    this.error = "";
    const going = send(file, (share) => {
      if (!this.sending) return;
      this.sending.share = share;
      const bar = this.root?.querySelector("progress");
      if (bar) bar.value = share;
    });
    this.sending = { name: file.name, share: 0, stop: going.stop };
    this.redraw();
    try {
      const got = await going.done;
      this.sending = null;
      await this.refresh();
      const kinds = FLOWS.filter((kind) => got[kind] !== null);
      for (const kind of kinds) this.take(kind, got.name);
      const gaps = kinds.flatMap((kind) => got[kind]?.gaps_ms ?? []);
      this.said(t("r.fieldTaken", { name: got.name, kinds: kinds.map((kind) => t(`r.flow.${kind}`)).join(", ") }) +
        (gaps[0] ? ` ${t("r.fieldGaps", { n: gaps.length, first: moment(gaps[0][0]) })}` : ""));
    } catch (e) {
      this.error = e instanceof Refused ? e.words : String(e);
    }
    this.sending = null;
    this.redraw();
    this.root?.querySelector<HTMLElement>("[name=upload]")?.focus();
  }
}
