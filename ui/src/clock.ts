// The picture's clock between two frames: live it runs with the wall, in a replay at the replay's own pace.

const MAX_AHEAD_MS = 3000;

export class PictureClock {
  private atClock = NaN;
  private atWall = 0;
  private pace = 1;

  /** A frame came with the picture's time. */
  tick(clockMs: number, wall: number = performance.now()): void {
    const dw = wall - this.atWall;
    const dc = clockMs - this.atClock;
    if (Number.isFinite(dc) && dc >= 0 && dw > 300) {
      const now = dc / dw;
      const jumped = now > this.pace * 4 + 4;
      const blended = jumped ? this.pace : this.pace * 0.6 + now * 0.4;
      this.pace = Math.abs(blended - 1) < 0.08 ? 1 : blended;
    }
    if (!(dw <= 300 && dc >= 0 && dc < 1000)) {
      this.atClock = clockMs;
      this.atWall = wall;
    }
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
    return this.atClock + (dw < MAX_AHEAD_MS ? dw * this.pace : MAX_AHEAD_MS * this.pace + (dw - MAX_AHEAD_MS));
  }

  /** Picture time for dead reckoning: stands still three seconds after the last frame. */
  reckon(wall: number = performance.now()): number {
    return this.atClock + Math.min(wall - this.atWall, MAX_AHEAD_MS) * this.pace;
  }
}
