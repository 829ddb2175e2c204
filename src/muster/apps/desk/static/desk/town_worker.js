/* Keeps the telephone page and its parts on the phone: the network first, the phone when there is none. */

const STORE = "muster-field";
const PATIENCE = 8000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(Promise.all(event.data.keep.map(keep)));
});

async function keep(address) {
  const answer = await fetch(address, { redirect: "manual" });
  if (answer.ok) await (await caches.open(STORE)).put(address, answer);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event, address));
  else if (address.pathname.startsWith("/static/")) event.respondWith(part(request));
});

/* Whoever is sent to the login has no page any more: what was kept goes. */
async function page(event, address) {
  const kept = async () => (await caches.open(STORE)).match(address.pathname);
  const stop = new AbortController();
  const timer = setTimeout(async () => (await kept()) && stop.abort(), PATIENCE);
  try {
    const answer = await fetch(event.request, { signal: stop.signal });
    const copy = answer.clone();
    if (answer.ok && !answer.redirected) event.waitUntil(caches.open(STORE).then((store) => store.put(address.pathname, copy)));
    if (answer.type === "opaqueredirect" || answer.status === 403) event.waitUntil(caches.delete(STORE));
    return answer;
  } catch (error) {
    const found = await kept();
    if (found) return found;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function part(request) {
  try {
    const answer = await fetch(request);
    const copy = answer.clone();
    if (answer.ok) await (await caches.open(STORE)).put(request, copy);
    return answer;
  } catch (error) {
    const found = await (await caches.open(STORE)).match(request);
    if (found) return found;
    throw error;
  }
}
