// Settings of the page. They stand in the address, so that a link carries the whole look, and in this browser.

/** Where this browser keeps own keys when they cannot be kept with the sea; never in an address. */
export const KEYS_HERE = "selat.keys";

/** Kept in this browser alone: a name is nobody else's look. */
const PRIVATE = new Set(["who"]);
/** In the address alone: what a link shows is not what the next watch begins with. */
const PASSING = new Set(["ship", "range", "ebl", "legs", "at", "pace"]);

/** A setting; the address outranks what this browser remembers. */
export function recall(key: string): string | null {
  const asked = new URLSearchParams(location.search).get(key);
  if (asked !== null) return asked;
  if (PASSING.has(key)) return null;
  try {
    return localStorage.getItem(`selat.${key}`);
  } catch {
    return null; // storage is switched off: the default does
  }
}

/** Keeps a setting; an empty one is taken out. */
export function remember(key: string, value: string): void {
  if (!PRIVATE.has(key)) {
    const address = new URL(location.href);
    if (value) address.searchParams.set(key, value);
    else address.searchParams.delete(key);
    // Commas and colons read better as they are, and a query may hold them (RFC 3986, 3.4).
    const query = address.search.replace(/%2C/gi, ",").replace(/%3A/gi, ":").replace(/%3B/gi, ";")
      .replace(/%7E/gi, "~");
    history.replaceState(history.state, "", address.pathname + query + address.hash);
  }
  if (PASSING.has(key)) return;
  try {
    if (value) localStorage.setItem(`selat.${key}`, value);
    else localStorage.removeItem(`selat.${key}`);
  } catch {
    // storage is switched off: the choice lasts as long as the address
  }
}
