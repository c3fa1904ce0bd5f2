// Keeps the page on the pier at hand without a network. Its scope is /field: the watch never meets it.
// The page itself is asked for first, so that a new one is taken when there is a network; what it is built of has a hash in its
// name and is taken from the store. Answers of the register are never stored here: the page keeps what it needs itself.
const STORE = "selat-field-1";
const PAGE = "field";

/** The page and all that it names, one after the other; all or none. */
async function take() {
  const answer = await fetch(PAGE, { cache: "no-cache", redirect: "error" });
  if (!answer.ok) throw new Error(`the page: ${answer.status}`);
  const text = await answer.clone().text();
  const parts = [...text.matchAll(/(?:src|href)="(?:\.\/)?((?:assets\/|field)[^"]+)"/g)].map((m) => m[1]);
  const store = await caches.open(STORE);
  await store.addAll([...new Set(parts)]);
  await store.put(PAGE, answer);
  const keep = new Set([PAGE, ...parts].map((p) => new URL(p, self.registration.scope).href));
  for (const old of await store.keys()) if (!keep.has(old.url)) await store.delete(old);
}

self.addEventListener("install", (event) => event.waitUntil(take().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (/\/assets\/|\/field[-.][a-z]+\.?[a-z]*$/.test(url.pathname)) event.respondWith(stored(request));
});

async function page(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) take().catch(() => undefined); // a newer page, for the next time without a network
    if (answer.status < 500) return answer;
  } catch {
    // no network: the page that was taken along
  }
  const store = await caches.open(STORE);
  return (await store.match(PAGE)) ?? Response.error();
}

async function stored(request) {
  const store = await caches.open(STORE);
  return (await store.match(request, { ignoreSearch: true })) ?? fetch(request);
}
