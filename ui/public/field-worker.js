// Keeps the page on the pier at hand without a network. Its scope is /field: the watch never meets it.
// The page itself is asked for first, so that a new one is taken when there is a network that answers in time; what it is built of has
// a hash in its name and is taken from the store. Answers of the register are never stored here: the page keeps what it needs itself.
const STORE = "selat-field-1";
const PAGE = "field";
const PATIENCE = 4000; // ms: a network at the edge of its range answers neither yes nor no

/** The page and all that it names, one after the other; all or none. Its text. */
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
  return text;
}

self.addEventListener("install", (event) => event.waitUntil(take().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// A page that stays open for weeks asks whether it is still the newest, by the name of its script.
self.addEventListener("message", (event) => {
  const script = event.data?.script;
  if (typeof script !== "string" || !script) return;
  event.waitUntil(take().then((text) => { if (!text.includes(script)) event.source?.postMessage({ newer: true }); }).catch(() => undefined));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (/\/assets\/|\/field[-.][a-z0-9]+\.?[a-z]*$/.test(url.pathname)) event.respondWith(stored(request));
});

async function page(event) {
  const kept = await (await caches.open(STORE)).match(PAGE);
  const asked = fetch(event.request);
  event.waitUntil(asked.then((answer) => (answer.ok ? take() : undefined)).catch(() => undefined)); // for the next time without a network
  try {
    const late = new Promise((_, no) => setTimeout(() => no(new Error("late")), PATIENCE));
    const answer = await (kept ? Promise.race([asked, late]) : asked);
    if (answer.status < 500) return answer;
  } catch {
    // no network, or none to speak of: the page that was taken along
  }
  return kept ?? Response.error();
}

async function stored(request) {
  const store = await caches.open(STORE);
  return (await store.match(request, { ignoreSearch: true })) ?? fetch(request);
}
