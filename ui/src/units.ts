// The only place of the page that knows what a nautical mile is.

export const NAUTICAL_MILE = 1852;
export const KNOT = NAUTICAL_MILE / 3600;
/** Metres round the equator of the web Mercator sphere. */
export const CIRCUMFERENCE = 40_075_016.7;
