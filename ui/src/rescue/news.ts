// What others do to the case that is open: asked each second, so that two co-ordinators see one case.

import { get, type Job, type News } from "./api";
import type { State } from "./state";

const EACH = 1000; // ms
const HIDDEN = 5000;

export class Newsroom {
  private timer = 0;
  private lost = false;
  private busy = false;

  constructor(
    private readonly state: State, private readonly changed: () => Promise<void>, private readonly jobs: (jobs: Job[]) => void,
    private readonly heard: (yes: boolean) => void,
  ) {
    document.addEventListener("visibilitychange", () => this.next(0));
    this.next(EACH);
  }

  private next(ms: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), ms);
  }

  private async ask(): Promise<void> {
    const open = this.state.open;
    if (open && !this.busy) {
      this.busy = true;
      try {
        const told = await get<News>(`cases/${open.id}/news`);
        if (this.lost) this.heard(true);
        this.lost = false;
        if (this.state.open?.id === open.id) {
          this.jobs(told.jobs);
          if (told.mark !== this.state.open.mark) await this.changed();
        }
      } catch {
        if (!this.lost) this.heard(false);
        this.lost = true;
      } finally {
        this.busy = false;
      }
    }
    this.next(document.hidden ? HIDDEN : EACH);
  }
}
