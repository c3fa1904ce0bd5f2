// The ship layer: course vectors, the plain contacts and those that show more, each in one draw call.

import type { CustomLayerInterface, Map as MapLibre } from "maplibre-gl";
import type { PictureClock } from "./clock";
import { type Fleet, mercatorX, mercatorY, ORIGIN, RECKON_LIMIT_S, STRIDE } from "./fleet";
import type { ShipColours } from "./palette";
import { PLAIN_FRAGMENT, PLAIN_VERTEX } from "./plainshaders";
import { ROW, SYMBOL_FRAGMENT, SYMBOL_VERTEX, VECTOR_FRAGMENT, VECTOR_VERTEX } from "./shaders";

type Program = { program: WebGLProgram; at: Map<string, WebGLUniformLocation | null> };

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
  private texture: WebGLTexture | null = null;
  private rows = 0; // of the texture
  private corners: WebGLVertexArrayObject | null = null;
  private capacity = 0; // contacts that the list of corners is for
  private uploaded = -1;
  private symbols: Program | null = null;
  private plain: Program | null = null;
  private vectors: Program | null = null;

  constructor(private readonly fleet: Fleet, private readonly clock: PictureClock) {}

  onAdd(map: MapLibre, gl: WebGL2RenderingContext): void {
    this.map = map;
    this.uploaded = -1;
    this.texture = gl.createTexture();
    this.corners = gl.createVertexArray();
    this.rows = this.capacity = 0;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
    const make = (vertex: string, fragment: string): Program => ({ program: build(gl, vertex, fragment), at: new Map() });
    this.symbols = make(SYMBOL_VERTEX, SYMBOL_FRAGMENT);
    this.plain = make(PLAIN_VERTEX, PLAIN_FRAGMENT);
    this.vectors = make(VECTOR_VERTEX, VECTOR_FRAGMENT);
    for (const { program } of [this.symbols, this.plain, this.vectors]) check(gl, program);
  }

  /** Brings the contacts into the texture, and makes room in it. */
  private upload(gl: WebGL2RenderingContext): void {
    const { size, gpu } = this.fleet, rows = Math.ceil(size / ROW), wide = (ROW * STRIDE) / 4;
    for (const how of [gl.UNPACK_FLIP_Y_WEBGL, gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL]) gl.pixelStorei(how, false); // the map's own are others
    if (this.rows < rows) {
      this.rows = gpu.length / (ROW * STRIDE);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, wide, this.rows, 0, gl.RGBA, gl.FLOAT, null);
    }
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, wide, rows, gl.RGBA, gl.FLOAT, gpu.subarray(0, rows * ROW * STRIDE));
    this.uploaded = this.fleet.changes;
    if (this.capacity >= size) return;
    this.capacity = gpu.length / STRIDE;
    const list = new Uint32Array(this.capacity * 6);
    for (let k = 0; k < this.capacity; k++) list.set([4 * k, 4 * k + 1, 4 * k + 2, 4 * k + 2, 4 * k + 1, 4 * k + 3], 6 * k);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, list, gl.STATIC_DRAW);
  }

  render(gl: WebGL2RenderingContext): void {
    if (!this.map || !this.symbols || !this.plain || !this.vectors || !this.colours || !this.clock.known) return;
    this.frames += 1;
    gl.bindVertexArray(this.corners);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    if (this.uploaded !== this.fleet.changes) this.upload(gl);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.disable(gl.CULL_FACE);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    if (this.ahead > 0) this.draw(gl, this.vectors);
    this.draw(gl, this.plain);
    this.draw(gl, this.symbols); // above: no ship covers one with an alert
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
    // The offset is worked out in double precision here, so that single precision does for the rest.
    const sx = (2 * world) / w;
    const sy = (-2 * world) / h;
    const ox = (ORIGIN[0] - mercatorX(centre.lng)) * sx;
    const oy = (ORIGIN[1] - mercatorY(centre.lat)) * sy;
    gl.uniform4f(u("u_view"), sx, sy, ox, oy);
    gl.uniform1i(u("u_ships"), 0);
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
    gl.drawElements(gl.TRIANGLES, this.fleet.size * 6, gl.UNSIGNED_INT, 0);
  }
}
