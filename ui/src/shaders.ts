// Shaders of the ship layer. One instance is one contact; sizes are in CSS pixels, angles clockwise from north.

const COMMON = `#version 300 es
precision highp float;
layout(location=0) in vec4 a_motion;   // x, y, vx, vy: mercator from the origin, and per second
layout(location=1) in vec4 a_body;     // time of fix (s), heading (rad), length, beam (mercator)
layout(location=2) in vec4 a_kind;     // class, category, alert level, bits: 1 lost 2 moored 4 heading 8 acknowledged 16 hidden 32 sensor
uniform vec4 u_view;                   // scale x, scale y, offset x, offset y: mercator from origin to clip
uniform vec2 u_size;                   // CSS pixels
uniform float u_reckon;                // picture time for dead reckoning, s
uniform float u_now;                   // picture time for ages, s
uniform float u_limit;
uniform float u_selected;              // instance, -1 none
vec2 place() {
  float dt = clamp(u_reckon - a_body.x, 0.0, u_limit);
  return (a_motion.xy + a_motion.zw * dt) * u_view.xy + u_view.zw;
}
float freshness() {
  float age = u_now - a_body.x;
  int bits = int(a_kind.w);
  float slow = (bits & 2) != 0 || a_kind.x > 2.5 ? 600.0 : 120.0;  // at anchor three minutes between reports is usual
  float f = 1.0 - 0.6 * smoothstep(slow, slow * 5.0, age);
  return (bits & 1) != 0 ? min(f, 0.6) : f;
}
bool hidden() {
  return (int(a_kind.w) & 16) != 0 && float(gl_InstanceID) != u_selected;
}
`;

export const SYMBOL_VERTEX = `${COMMON}
layout(location=3) in vec2 a_corner;
uniform float u_pixels;                // CSS pixels per mercator unit
uniform float u_zoomed;                // symbols are drawn smaller when the whole strait is in view
out vec2 v_local;                      // pixels from the middle, y towards the bow
out vec2 v_screen;                     // the same, not turned
flat out vec4 v_kind;
flat out vec2 v_hull;                  // length and beam in pixels, 0 when not drawn to scale
flat out float v_ring;                 // radius of the alert halo
flat out float v_fresh;
flat out float v_chosen;
void main() {
  if (hidden()) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); return; }
  vec2 hull = vec2(a_body.z, a_body.w) * u_pixels / u_zoomed;
  bool toScale = hull.x > 26.0 && (int(a_kind.w) & 4) != 0;
  if (toScale) hull.y = max(hull.y, hull.x / 9.0);
  v_ring = toScale ? max(hull.x * 0.5 + 5.0, 14.0) : 14.0;
  v_chosen = float(gl_InstanceID) == u_selected ? 1.0 : 0.0;
  // The patch is as small as what is drawn in it, and turned with the ship: most of the work is done for each of its pixels.
  int bits = int(a_kind.w);
  bool heads = (bits & 4) != 0, plain = a_kind.z < 0.5 && v_chosen < 0.5, sensor = (bits & 32) != 0;
  vec2 patch_ = vec2(v_ring + 8.0);
  if (plain && toScale && sensor) patch_ = vec2(max(hull.x * 0.5 + 3.0, 13.0));
  else if (plain && toScale && (bits & 1) == 0) patch_ = hull.yx * 0.5 + 3.0;
  else if (plain && toScale) patch_ = vec2(max(hull.x * 0.5 + 3.0, 11.5));
  else if (plain && (bits & 1) != 0) patch_ = vec2(11.5);
  else if (plain && sensor) patch_ = vec2(a_kind.x > 0.5 ? 13.0 : 8.0);
  else if (plain && a_kind.x > 2.5) patch_ = vec2(9.5);
  else if (plain && ((bits & 2) != 0 || !heads)) patch_ = vec2(6.5);
  else if (plain) patch_ = vec2(6.8, 11.5);
  float s = sin(a_body.y), c = cos(a_body.y);
  v_local = a_corner * patch_;
  vec2 px = heads ? vec2(v_local.x * c + v_local.y * s, v_local.y * c - v_local.x * s) : v_local;
  v_screen = px;
  v_kind = a_kind;
  v_hull = toScale ? hull : vec2(0.0);
  v_fresh = freshness();
  gl_Position = vec4(place() + px * u_zoomed * 2.0 / u_size, 0.0, 1.0);
}`;

export const SYMBOL_FRAGMENT = `#version 300 es
precision highp float;
in vec2 v_local;
in vec2 v_screen;
flat in vec4 v_kind;
flat in vec2 v_hull;
flat in float v_ring;
flat in float v_fresh;
flat in float v_chosen;
uniform vec3 u_colours[9];
uniform vec3 u_alerts[5];
uniform vec3 u_edge;
uniform vec3 u_select;
uniform float u_soft;                  // half a device pixel
out vec4 o;

float polygon(vec2 p, vec2 v[5], int n) {   // signed distance, after Inigo Quilez
  float d = dot(p - v[0], p - v[0]);
  float s = 1.0;
  for (int i = 0; i < 5; i++) {
    if (i >= n) break;
    int j = i == 0 ? n - 1 : i - 1;
    vec2 e = v[j] - v[i], w = p - v[i];
    vec2 b = w - e * clamp(dot(w, e) / dot(e, e), 0.0, 1.0);
    d = min(d, dot(b, b));
    bvec3 k = bvec3(p.y >= v[i].y, p.y < v[j].y, e.x * w.y > e.y * w.x);
    if (all(k) || all(not(k))) s = -s;
  }
  return s * sqrt(d);
}
float box(vec2 p, float r) { vec2 q = abs(p) - r; return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0); }
float inside(float d) { return 1.0 - smoothstep(-u_soft, u_soft, d); }
float stroke(float d, float w) { return inside(abs(d) - w * 0.5); }
void lay(inout vec4 under, vec3 colour, float a) { under = vec4(mix(under.rgb, colour, a), under.a + a * (1.0 - under.a)); }

float body(int cls, bool moored, bool heads, bool sensor) {
  vec2 p = v_local;
  if (sensor && cls == 0) return length(p) - 5.5;   // a target of a radar or a camera alone: a ring with a dot
  if (v_hull.x > 0.0) {
    float l = v_hull.x * 0.5, w = v_hull.y * 0.5;
    float shoulder = l - min(v_hull.y * 0.9, l * 0.6);
    return polygon(p, vec2[5](vec2(0, l), vec2(w, shoulder), vec2(w, -l), vec2(-w, -l), vec2(-w, shoulder)), 5);
  }
  if (cls == 3) return box(p, 4.5);
  if (cls == 4) return (abs(p.x) + abs(p.y) - 6.0) * 0.7071;
  if (cls >= 5) return length(v_screen) - 7.0;
  if (moored) return length(p) - (cls == 2 ? 2.8 : 3.6);
  if (!heads) return length(p) - (cls == 2 ? 3.0 : 4.0);
  if (cls == 2) return polygon(p, vec2[5](vec2(0, 6.0), vec2(3.4, -4.2), vec2(0, -2.6), vec2(-3.4, -4.2), vec2(0)), 4);
  return polygon(p, vec2[5](vec2(0, 9.0), vec2(4.6, -6.4), vec2(0, -4.0), vec2(-4.6, -6.4), vec2(0)), 4);
}

void main() {
  int cls = int(v_kind.x), bits = int(v_kind.w), level = int(v_kind.z);
  bool lost = (bits & 1) != 0, moored = (bits & 2) != 0, seen = (bits & 8) != 0;
  vec3 colour = u_colours[int(v_kind.y)];
  if (cls == 6) colour = u_alerts[4];
  bool sensor = (bits & 32) != 0;
  float d = body(cls, moored, (bits & 4) != 0, sensor);
  float round = length(v_screen);
  vec4 c = vec4(u_edge, 0.0);

  if (level > 0) {
    vec3 tint = u_alerts[level];
    if (seen) lay(c, tint, stroke(round - v_ring + 1.0, 1.2) * 0.9 * step(0.0, sin(atan(v_screen.y, v_screen.x) * 10.0)));
    else {
      lay(c, tint, inside(round - v_ring) * 0.16);
      lay(c, tint, stroke(round - v_ring, 2.4));
      if (level >= 3) lay(c, tint, stroke(round - v_ring - 4.5, 1.4) * 0.8);
    }
  }
  bool target = sensor && cls == 0;
  bool outline = lost || moored || cls >= 3 || target;
  float fill = lost ? 0.0 : target ? 0.15 : moored && v_hull.x == 0.0 ? 0.25 : cls >= 5 ? 0.1 : cls >= 3 ? 0.2 : cls == 2 ? 0.75 : 1.0;
  lay(c, u_edge, inside(d - 1.2) * 0.85 * v_fresh);
  lay(c, colour, inside(d) * fill * v_fresh);
  if (outline) lay(c, colour, stroke(d + 0.5, 1.5) * v_fresh);
  if (cls >= 5) {
    float cross = min(abs(v_screen.x), abs(v_screen.y));
    lay(c, colour, inside(cross - 0.7) * inside(round - 7.0) * v_fresh);
  }
  if (cls == 4 || target) lay(c, colour, inside(round - 1.2) * v_fresh);
  if (sensor && !target) lay(c, colour, stroke(round - 10.8, 1.2) * v_fresh);   // both: her AIS symbol in a ring
  if (lost) {
    float cross = abs(v_screen.x - v_screen.y) * 0.7071;
    lay(c, colour, inside(cross - 0.8) * inside(round - 9.0) * max(v_fresh, 0.6));
  }
  if (v_chosen > 0.5) {
    vec2 a = abs(v_screen);
    float corners = inside(abs(max(a.x, a.y) - v_ring - 3.0) - 0.9) * step(v_ring - 5.0, min(a.x, a.y));
    lay(c, u_select, corners);
  }
  if (c.a < 0.004) discard;
  o = vec4(c.rgb * c.a, c.a);
}`;

export const VECTOR_VERTEX = `${COMMON}
layout(location=3) in vec2 a_corner;   // x: along 0..1, y: side -1..1
uniform float u_ahead;                 // seconds
uniform vec3 u_colours[9];
out vec4 v_colour;
out float v_side;
void main() {
  vec2 speed = a_motion.zw;
  if (hidden() || u_ahead <= 0.0 || dot(speed, speed) == 0.0) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); return; }
  vec2 from = place();
  vec2 run = speed * u_view.xy * u_ahead;
  vec2 px = run * u_size * 0.5;
  vec2 side = length(px) > 0.001 ? normalize(vec2(-px.y, px.x)) : vec2(0.0);
  v_side = a_corner.y * 1.4;
  v_colour = vec4(u_colours[int(a_kind.y)], 0.85 * freshness());
  gl_Position = vec4(from + run * a_corner.x + side * v_side * 2.0 / u_size, 0.0, 1.0);
}`;

export const VECTOR_FRAGMENT = `#version 300 es
precision highp float;
in vec4 v_colour;
in float v_side;
uniform float u_soft;
out vec4 o;
void main() {
  float a = v_colour.a * (1.0 - smoothstep(0.6 - u_soft, 0.6 + u_soft, abs(v_side)));
  o = vec4(v_colour.rgb * a, a);
}`;
