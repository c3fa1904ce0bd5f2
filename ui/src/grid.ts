// Which parts of the screen are taken, in cells of four pixels: a label is placed only where all cells are free.

const CELL = 4;

export interface Box { x0: number; y0: number; x1: number; y1: number }

export class Grid {
  private cells = new Uint8Array(0);
  private columns = 0;
  private rows = 0;
  private width = 0;
  private height = 0;

  /** Everything is free again. */
  reset(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.columns = Math.ceil(width / CELL);
    this.rows = Math.ceil(height / CELL);
    if (this.cells.length < this.columns * this.rows) this.cells = new Uint8Array(this.columns * this.rows);
    else this.cells.fill(0);
  }

  mark(box: Box): void {
    this.each(box, (from, to) => {
      this.cells.fill(1, from, to);
      return true;
    });
  }

  /** Whether nothing is there, and no edge of the screen cuts it. */
  free(box: Box): boolean {
    if (box.x0 < 0 || box.y0 < 0 || box.x1 > this.width || box.y1 > this.height) return false;
    return this.each(box, (from, to) => {
      for (let k = from; k < to; k++) if (this.cells[k]) return false;
      return true;
    });
  }

  private each(box: Box, run: (from: number, to: number) => boolean): boolean {
    const c0 = Math.max(0, Math.floor(box.x0 / CELL));
    const c1 = Math.min(this.columns, Math.ceil(box.x1 / CELL));
    const r0 = Math.max(0, Math.floor(box.y0 / CELL));
    const r1 = Math.min(this.rows, Math.ceil(box.y1 / CELL));
    if (c1 <= c0) return true;
    for (let r = r0; r < r1; r++) if (!run(r * this.columns + c0, r * this.columns + c1)) return false;
    return true;
  }
}
