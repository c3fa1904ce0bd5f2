// Distances and bearings on WGS 84, and the closest approach of two that keep course and speed.

import { KNOT } from "./units";

const A = 6_378_137;
const F = 1 / 298.257223563;
const B = A * (1 - F);
const RAD = Math.PI / 180;

export interface Leg {
  metres: number;
  /** At the first point, degrees from north. */
  bearing: number;
}

/** Geodesic from one point to another (Vincenty 1975, inverse); where it does not converge, the great circle. */
export function leg(lon1: number, lat1: number, lon2: number, lat2: number): Leg {
  const u1 = Math.atan((1 - F) * Math.tan(lat1 * RAD));
  const u2 = Math.atan((1 - F) * Math.tan(lat2 * RAD));
  const l = (lon2 - lon1) * RAD;
  const s1 = Math.sin(u1), c1 = Math.cos(u1), s2 = Math.sin(u2), c2 = Math.cos(u2);
  let x = l;
  for (let k = 0; k < 30; k++) {
    const sx = Math.sin(x), cx = Math.cos(x);
    const sinS = Math.hypot(c2 * sx, c1 * s2 - s1 * c2 * cx);
    if (sinS === 0) return { metres: 0, bearing: 0 };
    const cosS = s1 * s2 + c1 * c2 * cx;
    const sigma = Math.atan2(sinS, cosS);
    const sinA = (c1 * c2 * sx) / sinS;
    const cosA2 = 1 - sinA * sinA;
    const cos2m = cosA2 === 0 ? 0 : cosS - (2 * s1 * s2) / cosA2;
    const c = (F / 16) * cosA2 * (4 + F * (4 - 3 * cosA2));
    const before = x;
    x = l + (1 - c) * F * sinA * (sigma + c * sinS * (cos2m + c * cosS * (-1 + 2 * cos2m * cos2m)));
    if (Math.abs(x - before) < 1e-12 || k === 29) {
      const v = (cosA2 * (A * A - B * B)) / (B * B);
      const a = 1 + (v / 16384) * (4096 + v * (-768 + v * (320 - 175 * v)));
      const b = (v / 1024) * (256 + v * (-128 + v * (74 - 47 * v)));
      const d = b * sinS * (cos2m + (b / 4) * (cosS * (-1 + 2 * cos2m * cos2m) -
        (b / 6) * cos2m * (-3 + 4 * sinS * sinS) * (-3 + 4 * cos2m * cos2m)));
      const bearing = Math.atan2(c2 * Math.sin(x), c1 * s2 - s1 * c2 * Math.cos(x)) / RAD;
      return { metres: B * a * (sigma - d), bearing: (bearing + 360) % 360 };
    }
  }
  return { metres: NaN, bearing: NaN };
}

/** Metres of a degree of longitude and of latitude at a latitude. */
export function perDegree(lat: number): [number, number] {
  const s = Math.sin(lat * RAD), e2 = F * (2 - F);
  const w = Math.sqrt(1 - e2 * s * s);
  return [(A / w) * Math.cos(lat * RAD) * RAD, ((A * (1 - e2)) / (w * w * w)) * RAD];
}

/** The point at a bearing and distance; good to a few metres within 100 km. */
export function ahead(lon: number, lat: number, bearing: number, metres: number): [number, number] {
  const north = metres * Math.cos(bearing * RAD), east = metres * Math.sin(bearing * RAD);
  const [, y] = perDegree(lat);
  const to = lat + north / y;
  const [x] = perDegree((lat + to) / 2);
  return [lon + east / x, to];
}

export interface Mover {
  lon: number;
  lat: number;
  /** Knots; NaN or 0 stands. */
  sog: number;
  cog: number;
}

export interface Approach {
  metres: number;
  /** Seconds from now; 0 when they draw apart already. */
  seconds: number;
  parting: boolean;
}

/** Closest approach of two on straight courses, in the plane at their middle latitude; null when both stand. */
export function approach(a: Mover, b: Mover): Approach | null {
  const [kx, ky] = perDegree((a.lat + b.lat) / 2);
  const x = (b.lon - a.lon) * kx, y = (b.lat - a.lat) * ky;
  const [ax, ay] = speed(a);
  const [bx, by] = speed(b);
  const vx = bx - ax, vy = by - ay;
  const v2 = vx * vx + vy * vy;
  if (v2 < 1e-6) return null;
  const t = -(x * vx + y * vy) / v2;
  const at = Math.max(t, 0);
  return { metres: Math.hypot(x + vx * at, y + vy * at), seconds: at, parting: t <= 0 };
}

function speed(m: Mover): [number, number] {
  if (!(m.sog >= 0.1) || !Number.isFinite(m.cog)) return [0, 0];
  const v = m.sog * KNOT, c = m.cog * RAD;
  return [v * Math.sin(c), v * Math.cos(c)];
}
