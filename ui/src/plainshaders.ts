// Shaders of the ships that are most of a picture: heard lately, no alert, not chosen, a hull, an arrowhead or a disc.
// Few instructions a pixel, all of them taken: where no graphics card is, the processor runs every branch of a shader for
// every pixel, and the shader of shaders.ts, which can draw everything, took 4 s for 50,000 ships.

import { COMMON, HULL } from "./shaders";

export const PLAIN_VERTEX = `${COMMON}
${HULL}
uniform vec3 u_colours[9];
out vec2 v_local;                      // pixels from the middle, y towards the bow
flat out vec3 v_bow;                   // the right half of a hull is convex: sides as (normal, how far out it lies)
flat out vec3 v_side;
flat out vec3 v_stern;
flat out vec3 v_ends;                  // foremost, aftmost; radius of a disc, 0: none
flat out vec3 v_how;                   // fill, outline, freshness
flat out vec3 v_colour;
vec3 side(vec2 from, vec2 to) {         // forwards along the starboard side; the normal points out
  vec2 n = normalize(vec2(to.y - from.y, from.x - to.x));
  return vec3(n, dot(n, from));
}
void main() {
  pull();
  if (hidden() || !plain()) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); return; }
  int bits = int(s_kind.w);
  bool heads = (bits & 4) != 0, moored = (bits & 2) != 0, small = s_kind.x > 1.5;
  vec2 at = corner(), hull = hullPixels();
  float disc = 0.0;
  v_bow = v_stern = vec3(0.0);
  v_side = vec3(0.0, 0.0, 1e3);
  v_local = at * 6.5;
  if (hull.x > 0.0) {
    vec2 half_ = hull.yx * 0.5, shoulder = vec2(half_.x, half_.y - min(hull.y * 0.9, half_.y * 0.6));
    v_local = at * (half_ + 2.0);
    v_bow = side(shoulder, vec2(0.0, half_.y));
    v_side = vec3(1.0, 0.0, half_.x);
    v_ends = vec3(half_.y, -half_.y, 0.0);
  } else if (moored) disc = small ? 2.8 : 3.6;
  else if (!heads) disc = small ? 3.0 : 4.0;
  else {
    vec2 stem = small ? vec2(0.0, 6.0) : vec2(0.0, 9.0), quarter = small ? vec2(3.4, -4.2) : vec2(4.6, -6.4);
    v_bow = side(quarter, stem);
    v_stern = side(vec2(0.0, small ? -2.6 : -4.0), quarter);
    v_ends = vec3(stem.y, quarter.y, 0.0);
    v_local = at.y > 0.0 ? vec2(at.x * 1.6, stem.y + 1.9) : vec2(at.x * (quarter.x + 2.5), quarter.y - 1.9); // narrow at the bow
  }
  if (disc > 0.0) {
    v_ends = vec3(9.0, -9.0, disc);
    v_local = at * (disc + 2.0);
  }
  v_how = vec3(moored && disc > 0.0 ? 0.25 : small ? 0.75 : 1.0, moored ? 1.0 : 0.0, freshness());
  v_colour = u_colours[int(s_kind.y)];
  gl_Position = vec4(place() + (heads ? turned(v_local) : v_local) * u_zoomed * 2.0 / u_size, 0.0, 1.0);
}`;

export const PLAIN_FRAGMENT = `#version 300 es
precision highp float;
in vec2 v_local;
flat in vec3 v_bow;
flat in vec3 v_side;
flat in vec3 v_stern;
flat in vec3 v_ends;
flat in vec3 v_how;
flat in vec3 v_colour;
uniform vec3 u_edge;
uniform float u_soft;                  // half a device pixel
out vec4 o;
void main() {
  vec2 p = vec2(abs(v_local.x), v_local.y);
  float sides = max(max(dot(p, v_bow.xy) - v_bow.z, dot(p, v_side.xy) - v_side.z), dot(p, v_stern.xy) - v_stern.z);
  float d = max(sides, max(p.y - v_ends.x, v_ends.y - p.y));
  if (v_ends.z > 0.0) d = length(p) - v_ends.z;
  float sharp = 0.5 / u_soft;
  vec3 ink = clamp(0.5 - vec3(d - 1.2, d, abs(d + 0.5) - 0.75) * sharp, 0.0, 1.0) * vec3(0.85, v_how.xy) * v_how.z; // halo, fill, outline
  float own = 1.0 - (1.0 - ink.y) * (1.0 - ink.z); // share of her own colour
  float a = 1.0 - (1.0 - ink.x) * (1.0 - own);
  o = vec4(mix(u_edge, v_colour, own) * a, a);
}`;
