// Long work, one's own and that of others on the same case: followed to its end, with progress and a way to break it off.

import { h } from "../dom";
import { span } from "../format";
import { t } from "../i18n";
import { cancel, follow, type Job, post, Refused } from "./api";
import { button } from "./fields";
import type { State } from "./state";

/** What the page does with one kind of work. */
export interface Kind {
  words: string;
  told: (job: Job) => void;
  done: (job: Job, mine: boolean) => Promise<void>;
  wrong: (e: Refused) => void;
}

export class Work {
  private readonly followed = new Set<string>();
  private timer = 0;
  private began = 0;

  constructor(
    private readonly out: HTMLElement, private readonly state: State, private readonly kinds: Record<string, Kind>,
    private readonly fail: (e: unknown) => void, private readonly say: (text: string) => void,
  ) {}

  /** Begins work and follows it; errors of fields go where the fields are. */
  async begin(kind: string, path: string, body: object): Promise<void> {
    const of = this.kinds[kind] as Kind;
    if (this.state.busy) {
      this.say(t("r.busyWith", { what: this.state.busy.text }));
      return;
    }
    this.show({ text: t(of.words), share: 0, job: "" });
    try {
      await this.follow(await post<Job>(path, body), true);
    } catch (e) {
      this.show(null);
      if (e instanceof Refused) of.wrong(e);
      this.fail(e);
    }
  }

  /** Follows what is at work on the case, whoever began it: another co-ordinator, or this page before it was loaded again. */
  join(jobs: Job[]): void {
    for (const job of jobs) {
      if (this.followed.has(job.id) || !this.kinds[job.kind]) continue;
      void this.follow(job, false).catch((e: unknown) => {
        this.show(null);
        this.fail(e);
      });
    }
  }

  private async follow(job: Job, mine: boolean): Promise<void> {
    const of = this.kinds[job.kind] as Kind, id = this.state.open?.id;
    this.followed.add(job.id);
    const words = mine ? t(of.words) : `${t(of.words)} (${job.who})`;
    const here = () => this.state.open?.id === id;
    try {
      const end = await follow(job, (now) => {
        if (!here() || (now.state !== "waiting" && now.state !== "running")) return;
        this.show({ text: now.state === "waiting" ? `${words}: ${t("r.waits")}` : words, share: now.of ? now.done / now.of : 0, job: now.id });
        of.told(now);
      });
      if (!here()) return;
      this.show(null);
      this.say(mine ? t("r.took", { s: end.seconds.toFixed(1) }) : t("r.othersDone", { what: t(of.words), who: job.who }));
      await of.done(end, mine);
    } finally {
      if (here()) this.show(null);
    }
  }

  /** What is at work, how far it is and how long it has taken; nothing is waited for in silence. */
  private show(busy: State["busy"]): void {
    const was = this.state.busy;
    this.state.busy = busy;
    if (!busy) {
      window.clearInterval(this.timer);
      if (this.out.querySelector("progress")) this.out.replaceChildren();
    } else if (was?.job === busy.job && was.text === busy.text && this.out.querySelector("progress")) {
      const bar = this.out.querySelector("progress");
      if (bar && busy.share > 0) bar.value = busy.share;
    } else {
      if (!was) this.began = performance.now();
      const bar = h("progress", { max: 1, "aria-label": busy.text }), since = h("span", { class: "since" });
      if (busy.share > 0) bar.value = busy.share;
      const tick = () => (since.textContent = span((performance.now() - this.began) / 1000));
      tick();
      window.clearInterval(this.timer);
      this.timer = window.setInterval(tick, 1000);
      this.out.replaceChildren(h("span", {}, busy.text), bar, since,
        button(t("r.cancel"), () => void cancel(busy.job).catch((e: unknown) => this.fail(e)), { "data-act": "cancel", disabled: busy.job === "" || !this.state.mayAct }));
    }
    this.state.tell("busy");
  }
}
