// The page on the pier: works without a network, sends when there is one. Built for a thumb, gloves and sun.

import "../palettes.css";
import "./field.css";
import { h, must } from "../dom";
import { get, Refused, type Conflict } from "../assist/api";
import { conflictCard } from "../assist/conflicts";
import { say } from "../assist/say";
import { word } from "../assist/words";
import { LANGUAGES, language, setLanguage } from "../i18n";
import { applyPalette, currentPalette, isPalette, paletteAfter } from "../palette";
import { recall, remember } from "../settings";
import { COMING, deed, find, log, MOST_FILE, photo, receive, standing, Unfit } from "./deeds";
import { sortieForm, unitForm } from "./forms";
import { Camera, readFile } from "./scan";
import { dequeue, enqueue, kept, queue, type Deed, type Good, type List } from "./store";
import { fetchList, send } from "./sync";
import { t } from "./words";

const EVERY = 60_000; // ms between tries to send
const LOOK = 600_000; // ms between questions for a newer page
type Tab = "items" | "scan" | "queue" | "conflicts";

class Pier {
  private tab: Tab = "items";
  private good = "";
  private list: List | undefined;
  private waiting: Deed[] = [];
  private sought = "";
  private sending = false;
  private at = 0;
  private camera: Camera | null = null;
  private newer = false;
  private looked = Date.now();

  async start(): Promise<void> {
    if (!isSecureContext || !("indexedDB" in globalThis)) say(t("secure"), true);
    addEventListener("online", () => void this.send());
    addEventListener("offline", () => void this.draw());
    await this.draw();
    document.documentElement.dataset.ready = "1";
    void this.worker();
    void this.send();
    setInterval(() => { if (navigator.onLine) void this.send(); }, EVERY);
    void navigator.storage?.persist?.();
  }

  private async worker(): Promise<void> {
    if (!("serviceWorker" in navigator)) return;
    try {
      await navigator.serviceWorker.register("field-worker.js", { scope: "field" });
      await navigator.serviceWorker.ready;
      navigator.serviceWorker.addEventListener("message", (event: MessageEvent<{ newer?: boolean }>) => {
        if (!event.data.newer) return;
        this.newer = true;
        this.bar();
      });
      document.documentElement.dataset.offline = "1";
      this.bar();
    } catch (error) {
      say(t("failed", { reason: String(error) }), true);
    }
  }

  private get who(): string {
    return this.list?.user ?? recall("who") ?? "";
  }

  /** Sends what waits, then shows what came of it. */
  private async send(): Promise<void> {
    if (this.sending || !navigator.onLine) return;
    if (!this.who && (await queue()).length) {
      say(t("who.need"), true);
      return;
    }
    this.look();
    this.sending = true;
    this.bar();
    try {
      const out = this.waiting.length || (await queue()).length ? await send(this.who) : await fetchList().then(() => ({ sent: 0, conflicts: 0, refused: 0, trouble: "" }));
      if (out.trouble === "login") say(t("login"), true);
      else if (out.trouble && out.trouble !== "offline") say(t("failed", { reason: out.trouble }), true);
      else if (out.conflicts) say(t("conflict.new", { n: out.conflicts }), true);
      else if (out.sent) say(t("sent", { n: out.sent }));
    } catch (error) {
      if (error instanceof Refused && error.status === 401) say(t("login"), true);
      else if (error instanceof Refused) say(t("failed", { reason: error.message }), true); // no network is no trouble: the queue waits
    } finally {
      this.sending = false;
    }
    if (!this.busy()) await this.draw();
    else this.bar();
  }

  /** A page that was taken along may be older than the software: the worker looks, now and then, while there is a network. */
  private look(): void {
    const script = document.querySelector<HTMLScriptElement>("script[type=module]")?.src.split("/").pop();
    if (Date.now() - this.looked < LOOK) return;
    this.looked = Date.now();
    navigator.serviceWorker?.controller?.postMessage({ script });
  }

  /** Somebody is filling in a form: the page under it stays. */
  private busy(): boolean {
    return document.querySelector("form.deed") !== null || document.activeElement instanceof HTMLInputElement;
  }

  private async draw(): Promise<void> {
    const turn = ++this.at;
    this.list = await kept<List>("list");
    this.waiting = await queue();
    const made = this.good ? this.goodPage() : this.tab === "items" ? this.itemsPage() : this.tab === "scan" ? this.scanPage()
      : this.tab === "queue" ? this.queuePage() : await this.conflictsPage();
    if (turn !== this.at) return;
    if (this.camera?.on && this.tab !== "scan") this.camera.stop();
    must("page").replaceChildren(made);
    this.bar();
  }

  private bar(): void {
    const button = (text: string, title: string, click: () => void) => h("button", { type: "button", title, "aria-label": title, click }, text);
    const on = navigator.onLine;
    const languages = h("select", { name: "language", "aria-label": t("language"), change: () => { setLanguage(languages.value); remember("lang", languages.value); void this.draw(); } },
      ...Object.entries(LANGUAGES).map(([code, l]) => h("option", { value: code, selected: code === language() }, l.name)));
    must("bar").replaceChildren(h("strong", { class: "title" }, "selat"), h("span", { class: "name" }, t("pier")),
      h("span", { class: `net ${on ? "on" : "off"}`, title: document.documentElement.dataset.offline ? t("offline.ready") : "" }, this.sending ? t("syncing") : t(on ? "net.on" : "net.off")),
      h("span", { class: "space" }), this.newer ? h("button", { type: "button", class: "newer", click: () => location.reload() }, t("newer")) : "",
      languages, button("◐", t("palette"), () => { applyPalette(paletteAfter(currentPalette(), 1)); void this.draw(); }));
    const tabs: [Tab, string][] = [["items", ""], ["scan", ""], ["queue", this.waiting.length ? String(this.waiting.length) : ""], ["conflicts", ""]];
    must("tabs").replaceChildren(...tabs.map(([name, count]) => h("button", {
      type: "button", class: this.tab === name && !this.good ? "on" : "", "data-tab": name, "aria-pressed": String(this.tab === name),
      click: () => { this.tab = name; this.good = ""; void this.draw(); },
    }, t(`tab.${name}`), count ? h("b", {}, count) : null)));
  }

  private goods(): Good[] {
    return (this.list?.items ?? []).map((g) => standing(g, this.waiting));
  }

  private itemsPage(): HTMLElement {
    if (!this.list) {
      return h("div", {}, h("p", {}, t("list.none")), h("button", { type: "button", class: "main", click: () => void this.send() }, t("list.take")), this.nameField());
    }
    const goods = this.goods();
    const rows = h("ul", { class: "goods" });
    const fill = () => rows.replaceChildren(...goods.filter((g) => `${g.id} ${g.serial} ${g.tag} ${g.model}`.toLowerCase().includes(this.sought.toLowerCase())).map((g) =>
      h("li", {}, h("button", { type: "button", "data-good": g.id, click: () => { this.good = g.id; void this.draw(); } },
        h("span", { class: "id" }, g.id), h("span", { class: "serial" }, `${g.serial} · ${g.model}`), h("span", { class: `chip ${g.state}` }, word("is", g.state)), h("small", {}, g.unit)))));
    const search = h("input", { type: "search", name: "find", placeholder: t("find"), "aria-label": t("find"), value: this.sought, input: () => { this.sought = search.value; fill(); } });
    fill();
    const came = goods.filter((g) => !COMING.has(g.state)).length;
    return h("div", {}, this.nameField(), h("p", { class: "none" }, t("list.as", { d: (this.list.taken ?? "").slice(0, 16).replace("T", " "), n: goods.length }),
      " · ", h("span", { class: "came" }, t("received.of", { a: came, b: goods.length }))), search, rows);
  }

  private nameField(): HTMLElement | null {
    if (this.list?.user) return null;
    const input = h("input", { name: "who", maxlength: 80, autocomplete: "name", value: this.who, placeholder: t("who"), "aria-label": t("who"), change: () => remember("who", input.value.trim()) });
    return input;
  }

  private done(what: string): void {
    say(t("queued", { what }));
    void this.draw().then(() => this.send());
  }

  /** Waits until a file is kept on the device; says so where it cannot be. */
  private keep(work: Promise<void>, what: string): void {
    work.then(() => this.done(what), (error: unknown) => {
      if (error instanceof Unfit) say(t(error.message, { m: MOST_FILE / 1e6 }), true);
      else say(t("failed", { reason: String(error) }), true); // the device is full, as a rule
    });
  }

  private goodPage(): HTMLElement {
    const good = this.goods().find((g) => g.id === this.good);
    if (!good || !this.list) return h("p", {}, t("unknown", { c: this.good }));
    const list = this.list;
    const back = () => void this.draw();
    const show = (form: HTMLElement) => { must("page").replaceChildren(form); form.querySelector("input")?.focus(); };
    const done = (what: string) => this.done(what);
    const big = (name: string, text: string, click: () => void, main = false) => h("button", { type: "button", class: main ? "main" : "", "data-do": name, click }, text);
    const pick = (name: string, accept: string, take: (file: Blob) => Promise<void>, camera = false) => {
      const input = h("input", { type: "file", accept, name, hidden: true, ...(camera ? { capture: "environment" } : {}), change: () => {
        const file = input.files?.[0];
        if (file) this.keep(take(file), t(name));
      } });
      return h("span", {}, input, big(name, t(name), () => input.click()));
    };
    const coming = COMING.has(good.state);
    const drop = (event: DragEvent) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) this.keep(log(good, file, ""), t("gpx"));
    };
    return h("div", { class: "good", drop, dragover: (event: Event) => event.preventDefault() }, h("button", { type: "button", class: "back", click: () => { this.good = ""; void this.draw(); } }, `‹ ${t("back")}`),
      h("h1", {}, good.id), h("p", {}, `${good.serial} · ${good.model} `, h("span", { class: `chip ${good.state}` }, word("is", good.state)), good.unit ? ` ${good.unit}` : ""),
      h("div", { class: "deeds" },
        coming ? big("receive", t("receive"), () => void this.take(good), true) : null,
        coming && !good.delivered ? h("p", { class: "none" }, t("arrived")) : null,
        good.state === "received" ? big("accept", t("accept"), () => show(unitForm("accept", good, list, done, back)), true) : null,
        good.state === "accepted" ? big("service", t("service"), () => void enqueue([deed("item_state", good.id, { state: "in_service" })]).then(() => done(t("service"))), true) : null,
        good.state === "in_service" ? big("sortie", t("sortie"), () => show(sortieForm(good, list, done, back)), true) : null,
        good.state === "in_service" ? pick("gpx", ".gpx,.nmea,.log,.txt,application/gpx+xml", (file) => log(good, file, "")) : null,
        ["accepted", "in_service", "stored", "under_repair"].includes(good.state) ? big("hand", t("hand"), () => show(unitForm("hand", good, list, done, back))) : null,
        coming ? null : pick("photo", "image/*", (file) => photo(good, file), true)),
      h("ul", { class: "mine" }, ...this.waiting.filter((d) => d.subject === good.id).map((d) => h("li", {}, this.told(d)))));
  }

  /** Receives a good that is still to come; says so where it came already. */
  private async take(good: Good): Promise<void> {
    const now = standing(good, await queue());
    if (!COMING.has(now.state)) {
      say(t("already", { i: good.id, s: word("is", now.state) }), true);
      return;
    }
    await receive(now);
    this.done(`${good.id}: ${t("receive")}`);
  }

  private scanned(code: string, receiving: boolean): void {
    const good = this.list ? find(this.list, code) : undefined;
    if (!good) {
      say(t("unknown", { c: code.slice(0, 40) }), true);
      return;
    }
    if (receiving) void this.take(standing(good, this.waiting));
    else {
      this.good = good.id;
      void this.draw();
    }
  }

  private scanPage(): HTMLElement {
    const all = h("input", { type: "checkbox", name: "receive", checked: recall("receive") === "1", change: () => remember("receive", all.checked ? "1" : "") });
    const typed = h("input", { name: "code", autocomplete: "off", "aria-label": t("scan.type"), placeholder: t("scan.type") });
    const picture = h("input", { type: "file", accept: "image/*", name: "code-picture", hidden: true, change: () => {
      const file = picture.files?.[0];
      if (file) void readFile(file).then((code) => (code ? this.scanned(code, all.checked) : say(t("scan.none"), true)));
      picture.value = "";
    } });
    const video = h("video", { playsinline: true, muted: true });
    const camera = h("button", { type: "button", class: "main", click: () => {
      if (this.camera?.on) { this.camera.stop(); camera.textContent = t("scan.camera"); return; }
      this.camera = new Camera(video, (code) => this.scanned(code, all.checked));
      this.camera.start().then(() => { camera.textContent = t("scan.stop"); }, (error: unknown) => say(t("scan.nocamera", { reason: String(error) }), true));
    } }, t("scan.camera"));
    const goods = this.goods();
    return h("div", { class: "scan" }, h("p", { class: "none" }, t("scan.how")), h("label", { class: "check" }, all, t("scan.receive")), video, camera,
      h("button", { type: "button", click: () => picture.click() }, t("scan.picture")), picture,
      h("form", { submit: (event: Event) => { event.preventDefault(); const code = typed.value; typed.value = ""; if (code) this.scanned(code, all.checked); } }, typed, h("button", { type: "submit" }, "→")),
      h("p", { class: "came" }, t("received.of", { a: goods.filter((g) => !COMING.has(g.state)).length, b: goods.length })));
  }

  private told(d: Deed): string {
    const what = d.kind === "item_state" ? word("is", String(d.data.state)) : t(`deed.${d.kind}`);
    const more = d.refused ? `; ${t("refused", { m: d.refused.message, h: d.refused.hint })}` : "";
    return `${d.subject}: ${what}${d.data.unit ? `, ${String(d.data.unit)}` : ""} · ${d.at.slice(0, 16).replace("T", " ")}${more}`;
  }

  private queuePage(): HTMLElement {
    const drop = (d: Deed) => () => { if (confirm(t("discard.sure"))) void dequeue([d.seq as number]).then(() => this.draw()); };
    return h("div", { class: "queue" }, h("p", {}, this.waiting.length ? t("queue.n", { n: this.waiting.length }) : t("queue.empty")), this.nameField(),
      h("button", { type: "button", class: "main", "data-do": "sync", disabled: !navigator.onLine || this.sending, click: () => void this.send() }, t("sync")),
      h("ul", {}, ...this.waiting.map((d) => h("li", { class: d.refused ? "refused" : "" }, this.told(d), d.refused ? h("button", { type: "button", click: drop(d) }, t("discard")) : null))));
  }

  private async conflictsPage(): Promise<HTMLElement> {
    try {
      const { conflicts } = await get<{ conflicts: Conflict[] }>("/field/conflicts");
      if (!conflicts.length) return h("p", { class: "none" }, t("conflict.none"));
      return h("div", {}, h("p", { class: "none" }, t("conflict.how")), ...conflicts.map((c) => conflictCard(c, this.list?.user ?? null, () => void this.send().then(() => this.draw()))));
    } catch {
      return h("p", { class: "none" }, t("conflict.offline"));
    }
  }
}

setLanguage(recall("lang") ?? "en");
const asked = recall("palette");
applyPalette(isPalette(asked) ? asked : "day");
void new Pier().start();
