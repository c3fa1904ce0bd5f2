// The ship layer: every contact in one instanced draw call, course vectors in another.

import type { CustomLayerInterface, Map as MapLibre } from "maplibre-gl";
import type { PictureClock } from "./clock";
import { type Fleet, mercatorX, mercatorY, ORIGIN, RECKON_LIMIT_S, STRIDE } from "./fleet";
import type { ShipColours } from "./palette";
import { SYMBOL_FRAGMENT, SYMBOL_VERTEX, VECTOR_FRAGMENT, VECTOR_VERTEX } from "./shaders";

const QUAD = new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]);
const STROKE = new Float32Array([0, -1, 1, -1, 0, 1, 1, 1]);

type Program = { program: WebGLProgram; at: Map<string, WebGLUniformLocation | null>; vao: WebGLVertexArrayObject };

function build(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind) as WebGLShader;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return program;
}

/** Asked after all are on their way: an answer waits for the compiler. */
function check(gl: WebGL2RenderingContext, program: WebGLProgram): void {
  if (gl.getProgramParameter(program, gl.LINK_STATUS)) return;
  const said = gl.getAttachedShaders(program)?.map((s) => gl.getShaderInfoLog(s)).join(" ") ?? "";
  throw new Error(`ship layer: ${gl.getProgramInfoLog(program)} ${said}`);
}

export class ShipLayer implements CustomLayerInterface {
  readonly id = "ships";
  readonly type = "custom" as const;
  readonly renderingMode = "2d" as const;
  /** Length of course vectors in seconds; 0 draws none. */
  ahead = 360;
  selected: number | null = null;
  colours: ShipColours | null = null;
  frames = 0;
  private map: MapLibre | null = null;
  private buffer: WebGLBuffer | null = null;
  private uploaded = -1;
  private symbols: Program | null = null;
  private vectors: Program | null = null;

  constructor(private readonly fleet: Fleet, private readonly clock: PictureClock) {}

  onAdd(map: MapLibre, gl: WebGL2RenderingContext): void {
    this.map = map;
    this.uploaded = -1;
    this.buffer = gl.createBuffer();
    this.symbols = this.make(gl, SYMBOL_VERTEX, SYMBOL_FRAGMENT, QUAD);
    this.vectors = this.make(gl, VECTOR_VERTEX, VECTOR_FRAGMENT, STROKE);
    for (const { program } of [this.symbols, this.vectors]) check(gl, program);
  }

  private make(gl: WebGL2RenderingContext, vertex: string, fragment: string, corners: Float32Array): Program {
    const program = build(gl, vertex, fragment);
    const vao = gl.createVertexArray();
    gl.bindVertexArray(vao);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    for (let k = 0; k < 3; k++) {
      gl.enableVertexAttribArray(k);
      gl.vertexAttribPointer(k, 4, gl.FLOAT, false, STRIDE * 4, k * 16);
      gl.vertexAttribDivisor(k, 1);
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, corners, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(3);
    gl.vertexAttribPointer(3, 2, gl.FLOAT, false, 0, 0);
    gl.bindVertexArray(null);
    return { program, vao, at: new Map() };
  }

  render(gl: WebGL2RenderingContext): void {
    if (!this.map || !this.symbols || !this.vectors || !this.colours || !this.clock.known) return;
    this.frames += 1;
    if (this.uploaded !== this.fleet.changes) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
      gl.bufferData(gl.ARRAY_BUFFER, this.fleet.gpu.subarray(0, this.fleet.size * STRIDE), gl.DYNAMIC_DRAW);
      this.uploaded = this.fleet.changes;
    }
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.disable(gl.CULL_FACE);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    if (this.ahead > 0) this.draw(gl, this.vectors);
    this.draw(gl, this.symbols);
    gl.bindVertexArray(null);
  }

  private draw(gl: WebGL2RenderingContext, p: Program): void {
    const map = this.map as MapLibre;
    const colours = this.colours as ShipColours;
    const { clientWidth: w, clientHeight: h } = map.getCanvas();
    const centre = map.getCenter();
    const world = 512 * 2 ** map.getZoom();
    const u = (name: string): WebGLUniformLocation | null => {
      if (!p.at.has(name)) p.at.set(name, gl.getUniformLocation(p.program, name));
      return p.at.get(name) ?? null;
    };
    gl.useProgram(p.program);
    gl.bindVertexArray(p.vao);
    // The offset is worked out in double precision here, so that single precision does for the rest.
    const sx = (2 * world) / w;
    const sy = (-2 * world) / h;
    const ox = (ORIGIN[0] - mercatorX(centre.lng)) * sx;
    const oy = (ORIGIN[1] - mercatorY(centre.lat)) * sy;
    gl.uniform4f(u("u_view"), sx, sy, ox, oy);
    gl.uniform2f(u("u_size"), w, h);
    gl.uniform1f(u("u_pixels"), world);
    gl.uniform1f(u("u_reckon"), (this.clock.reckon() - this.fleet.baseMs) / 1000);
    gl.uniform1f(u("u_now"), (this.clock.now() - this.fleet.baseMs) / 1000);
    gl.uniform1f(u("u_limit"), RECKON_LIMIT_S);
    const chosen = this.selected === null ? undefined : this.fleet.byMmsi.get(this.selected);
    gl.uniform1f(u("u_selected"), chosen ? chosen.slot : -1);
    gl.uniform1f(u("u_ahead"), this.ahead);
    const zoomed = Math.min(Math.max(0.7 + (map.getZoom() - 6) * 0.12, 0.7), 1);
    gl.uniform1f(u("u_zoomed"), zoomed);
    gl.uniform1f(u("u_soft"), 0.6 / Math.max(devicePixelRatio, 1) / zoomed);
    gl.uniform3fv(u("u_colours"), colours.categories);
    gl.uniform3fv(u("u_alerts"), colours.alerts);
    gl.uniform3fv(u("u_edge"), colours.edge);
    gl.uniform3fv(u("u_select"), colours.select);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.fleet.size);
  }
}
