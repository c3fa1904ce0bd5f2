// The picture's clock between two frames: live it runs with the wall, in a replay at the replay's own pace.

const MAX_AHEAD_MS = 3000;
const SAMPLES = 5;
const LEAST_MS = 200;

export class PictureClock {
  private atClock = NaN;
  private atWall = 0;
  private pace = 1;
  private paces: number[] = [];
  private driven = false;

  /** A frame came with the picture's time. */
  tick(clockMs: number, wall: number = performance.now()): void {
    if (this.driven) return;
    const dw = wall - this.atWall;
    const dc = clockMs - this.atClock;
    if (dc >= 0 && dw < LEAST_MS && dc < 1000) return; // two frames in one breath say nothing of the pace
    if (dc >= 0 && dw < MAX_AHEAD_MS * 2) {
      // The median of the last few: a jump to another time is one odd value and changes nothing.
      this.paces = [...this.paces, dc / dw].slice(-SAMPLES);
      const sorted = [...this.paces].sort((a, b) => a - b);
      const middle = sorted[sorted.length >> 1] ?? 1;
      this.pace = Math.abs(middle - 1) < 0.1 ? 1 : middle;
    }
    this.atClock = clockMs;
    this.atWall = wall;
  }

  /** Shows another time than the feed's, which passes at `pace`; the feed is not heard meanwhile. */
  drive(ms: number, pace: number, wall: number = performance.now()): void {
    this.driven = true;
    this.atClock = ms;
    this.atWall = wall;
    this.pace = pace;
  }

  /** Back to the feed. */
  release(): void {
    this.driven = false;
    this.atClock = NaN;
    this.paces = [];
    this.pace = 1;
  }

  get known(): boolean {
    return Number.isFinite(this.atClock);
  }

  /** How fast picture time passes; 1 is live. */
  get rate(): number {
    return this.pace;
  }

  /** Picture time for ages and for the display: goes on when the feed has stopped, so that things grow old. */
  now(wall: number = performance.now()): number {
    const dw = wall - this.atWall;
    if (this.driven) return this.atClock + Math.min(dw, MAX_AHEAD_MS) * this.pace;
    return this.atClock + (dw < MAX_AHEAD_MS ? dw * this.pace : MAX_AHEAD_MS * this.pace + (dw - MAX_AHEAD_MS));
  }

  /** Picture time for dead reckoning: stands still three seconds after the last frame. */
  reckon(wall: number = performance.now()): number {
    return this.atClock + Math.min(wall - this.atWall, MAX_AHEAD_MS) * this.pace;
  }
}
