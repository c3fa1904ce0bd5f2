// Shaders of the ship layer. Four vertices are one contact, which they read from a texture: an instance for each would
// do the same with a card, but costs 5 us where the processor draws. Sizes are in CSS pixels, angles clockwise from north.

/** Contacts to a row of the texture; the fleet's memory is a multiple of it. */
export const ROW = 256;

export const COMMON = `#version 300 es
precision highp float;
uniform highp sampler2D u_ships;       // three texels to a contact, ROW contacts to a row
vec4 s_motion;                         // x, y, vx, vy: mercator from the origin, and per second
vec4 s_body;                           // time of fix (s), heading (rad), length, beam (mercator)
vec4 s_kind;                           // class, category, alert level, bits: 1 lost 2 moored 4 heading 8 acknowledged 16 hidden 32 sensor
int ship() { return gl_VertexID >> 2; }
vec2 corner() { return vec2((gl_VertexID & 1) * 2 - 1, (gl_VertexID & 2) - 1); }
void pull() {
  ivec2 at = ivec2(ship() % ${ROW} * 3, ship() / ${ROW});
  s_motion = texelFetch(u_ships, at, 0);
  s_body = texelFetch(u_ships, at + ivec2(1, 0), 0);
  s_kind = texelFetch(u_ships, at + ivec2(2, 0), 0);
}
uniform vec4 u_view;                   // scale x, scale y, offset x, offset y: mercator from origin to clip
uniform vec2 u_size;                   // CSS pixels
uniform float u_reckon;                // picture time for dead reckoning, s
uniform float u_now;                   // picture time for ages, s
uniform float u_limit;
uniform float u_selected;              // contact, -1 none
vec2 place() {
  float dt = clamp(u_reckon - s_body.x, 0.0, u_limit);
  return (s_motion.xy + s_motion.zw * dt) * u_view.xy + u_view.zw;
}
float freshness() {
  float age = u_now - s_body.x;
  int bits = int(s_kind.w);
  float slow = (bits & 2) != 0 || s_kind.x > 2.5 ? 600.0 : 120.0;  // at anchor three minutes between reports is usual
  float f = 1.0 - 0.6 * smoothstep(slow, slow * 5.0, age);
  return (bits & 1) != 0 ? min(f, 0.6) : f;
}
bool hidden() {
  return (int(s_kind.w) & 16) != 0 && float(ship()) != u_selected;
}
bool plain() {                         // what plainshaders.ts draws; neither lost nor of a sensor, a station or an aid
  return s_kind.z < 0.5 && s_kind.x < 2.5 && (int(s_kind.w) & 33) == 0 && float(ship()) != u_selected;
}
`;

export const HULL = `
uniform float u_pixels;                // CSS pixels per mercator unit
uniform float u_zoomed;                // symbols are drawn smaller when the whole strait is in view
vec2 hullPixels() {                    // length and beam, 0 when she is not drawn to scale
  vec2 hull = vec2(s_body.z, s_body.w) * u_pixels / u_zoomed;
  if (hull.x <= 26.0 || (int(s_kind.w) & 4) == 0) return vec2(0.0);
  return vec2(hull.x, max(hull.y, hull.x / 9.0));
}
vec2 turned(vec2 p) {                  // by her heading
  float s = sin(s_body.y), c = cos(s_body.y);
  return vec2(p.x * c + p.y * s, p.y * c - p.x * s);
}
`;

export const SYMBOL_VERTEX = `${COMMON}
${HULL}
out vec2 v_local;                      // pixels from the middle, y towards the bow
out vec2 v_screen;                     // the same, not turned
flat out vec4 v_kind;
flat out vec2 v_hull;                  // length and beam in pixels, 0 when not drawn to scale
flat out float v_ring;                 // radius of the alert halo
flat out float v_fresh;
flat out float v_chosen;
void main() {
  pull();
  if (hidden() || plain()) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); return; }
  vec2 hull = hullPixels();
  bool toScale = hull.x > 0.0;
  v_ring = toScale ? max(hull.x * 0.5 + 5.0, 14.0) : 14.0;
  v_chosen = float(ship()) == u_selected ? 1.0 : 0.0;
  // The patch is as small as what is drawn in it: most of the work is done for each of its pixels.
  int bits = int(s_kind.w);
  bool heads = (bits & 4) != 0, bare = s_kind.z < 0.5 && v_chosen < 0.5, sensor = (bits & 32) != 0;
  vec2 patch_ = vec2(v_ring + 8.0);
  if (bare && toScale) patch_ = vec2(max(hull.x * 0.5 + 3.0, 13.0));
  else if (bare && (bits & 1) != 0) patch_ = vec2(11.5);
  else if (bare && sensor) patch_ = vec2(s_kind.x > 0.5 ? 13.0 : 8.0);
  else if (bare) patch_ = vec2(9.5);
  v_local = corner() * patch_;
  vec2 px = heads ? turned(v_local) : v_local;
  v_screen = px;
  v_kind = s_kind;
  v_hull = hull;
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
uniform float u_ahead;                 // seconds
uniform vec3 u_colours[9];
out vec4 v_colour;
out float v_side;
void main() {
  pull();
  vec2 speed = s_motion.zw;
  if (hidden() || u_ahead <= 0.0 || dot(speed, speed) == 0.0) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); return; }
  vec2 from = place();
  vec2 run = speed * u_view.xy * u_ahead;
  vec2 px = run * u_size * 0.5;
  vec2 side = length(px) > 0.001 ? normalize(vec2(-px.y, px.x)) : vec2(0.0);
  vec2 at = corner();                    // x: from the ship ahead, y: side
  v_side = at.y * 1.4;
  v_colour = vec4(u_colours[int(s_kind.y)], 0.85 * freshness());
  gl_Position = vec4(from + run * (at.x * 0.5 + 0.5) + side * v_side * 2.0 / u_size, 0.0, 1.0);
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
