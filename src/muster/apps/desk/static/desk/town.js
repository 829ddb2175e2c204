/* The telephone page on a phone: entries are kept here, in their order, until the office has acknowledged each by its key.

   What is sent twice counts once there, so that anything unanswered is simply sent again. Numbers to dial stay in memory
   only. Without this file the page works with plain forms. */

const body = document.body;
const words = body.dataset;
const STORE = `muster.field.${words.me}`;
const SEND_MOST = 50;
const PATIENCE = 20000;
const LOOK_EVERY = 15000;
const AGAIN_FIRST = 2000;
const AGAIN_LAST = 30000;

const state = { csrf: words.csrf, busy: false, again: AGAIN_FIRST, timer: 0, lost: false, refused: false, signedOut: false, numbers: {} };
const clock = { now: Date.parse(words.now), speed: Number(words.speed), at: performance.now() };

/* The queue: read and written whole, so that two pages of one phone do not lose each other's entries. */
const load = () => JSON.parse(localStorage.getItem(STORE) ?? "[]");
const store = (queue) => localStorage.setItem(STORE, JSON.stringify(queue));
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

function enter(entries) {
  const made = entries.map(([alert, said, shown]) => ({ key: newKey(), alert, said, shown, at: Date.now() }));
  try {
    store([...load(), ...made]);
  } catch {
    tell(words.full);
    return false;
  }
  draw();
  flush();
  return true;
}

function forget(keys) {
  store(load().filter((entry) => !keys.has(entry.key)));
}

class SignedOut extends Error {}
class Refused extends Error {} // the network is there, and the office answered that it does not take this

async function ask(address, options = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(address, { ...options, redirect: "manual", cache: "no-store", signal: stop.signal });
    if (answer.type === "opaqueredirect") throw new SignedOut();
    const text = await answer.text(); // within the patience too: a slow link may die in the middle of it
    return { status: answer.status, text };
  } finally {
    clearTimeout(timer);
  }
}

const headers = () => ({ "X-CSRFToken": state.csrf, "Content-Type": "application/json", Accept: "application/json" });

/* A page from the phone's own store may hold a token of an earlier session: fetch it anew and try once more. */
async function post(address, make) {
  const first = await ask(address, { method: "POST", ...make() });
  if (first.status !== 403) return first;
  const page = await ask(words.address);
  const fresh = new DOMParser().parseFromString(page.text, "text/html").body.dataset;
  if (!fresh.csrf || fresh.me !== words.me) throw new SignedOut();
  state.csrf = fresh.csrf;
  return ask(address, { method: "POST", ...make() });
}

async function flush() {
  const queue = load().slice(0, SEND_MOST);
  if (state.busy || queue.length === 0) return;
  state.busy = true;
  let done = false;
  try {
    const answer = await post("/field/entries/", () => ({
      headers: headers(),
      body: JSON.stringify({ entries: queue.map(({ key, alert, said, at }) => ({ key, alert, said, age: (Date.now() - at) / 1000 })) }),
    }));
    if (answer.status !== 200) throw new Refused(`answer ${answer.status}`);
    const { receipts } = JSON.parse(answer.text);
    const named = new Map(queue.map((entry) => [entry.key, entry]));
    for (const receipt of receipts) {
      if (receipt.say) tell(`${nameOf(named.get(receipt.key)?.alert)} ${named.get(receipt.key)?.shown ?? ""}: ${receipt.say}`);
    }
    forget(new Set(receipts.map((receipt) => receipt.key)));
    done = receipts.length > 0;
    online();
  } catch (error) {
    offline(error);
  } finally {
    state.busy = false;
  }
  draw();
  if (!done) return;
  if (load().length) flush();
  else look(true);
}

function online() {
  state.lost = state.refused = state.signedOut = false;
  state.again = AGAIN_FIRST;
  clearTimeout(state.timer);
}

function offline(error) {
  state.signedOut = error instanceof SignedOut;
  state.refused = error instanceof Refused;
  state.lost = !state.signedOut && !state.refused;
  clearTimeout(state.timer);
  state.timer = setTimeout(() => (load().length ? flush() : look(true)), state.again);
  state.again = Math.min(state.again * 2, AGAIN_LAST);
}

/* The list as the office knows it now; 204 when nothing has changed. */
async function look(force = false) {
  const list = document.getElementById("list");
  if (!list || state.busy || (document.hidden && !force)) return;
  try {
    const answer = await ask(`/field/list/?incident=${words.incident}&mark=${list.dataset.mark}`);
    if (answer.status === 404) location.assign(words.address); // the incident is over
    if (answer.status === 200) swap(list, answer.text);
    online();
  } catch (error) {
    offline(error);
  }
  draw();
}

function swap(list, html) {
  const opened = list.querySelector(".answers")?.closest("li").dataset.id;
  const ticked = new Set([...list.querySelectorAll("input:checked")].map((box) => box.value));
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("list");
  list.replaceWith(fresh);
  for (const box of fresh.querySelectorAll("input[name=here]")) box.checked = ticked.has(box.value);
  if (opened) open(document.getElementById(`p${opened}`));
  sort();
  showNumbers();
}

/* Drawing: what waits stands at its person; the counter and the state of the network on top. */
const nameOf = (alert) => document.querySelector(`#p${alert} .who b`)?.textContent ?? "";

function draw() {
  const queue = load();
  const waiting = new Map(queue.map((entry) => [String(entry.alert), entry]));
  for (const row of document.querySelectorAll("li[data-id]")) {
    const entry = waiting.get(row.dataset.id);
    row.classList.toggle("waits", Boolean(entry));
    row.querySelector(".said")?.remove();
    if (entry) row.append(saidOf(entry));
  }
  const net = document.getElementById("net");
  const parts = [];
  if (state.signedOut) parts.push(words.signIn);
  if (state.lost) parts.push(words.offline);
  if (state.refused) parts.push(words.refused);
  if (queue.length) parts.push(queue.length === 1 ? words.waitsOne : words.waits.replace("{n}", queue.length));
  net.hidden = parts.length === 0;
  const text = parts.join(" · ");
  if (net.textContent !== text) net.textContent = text;
  if (state.signedOut) net.innerHTML = "";
  if (state.signedOut) net.append(Object.assign(document.createElement("a"), { href: `/login/?next=${words.address}`, textContent: text }));
  const ticked = document.querySelectorAll("input[name=here]:checked").length;
  const count = document.getElementById("ticked");
  if (count) count.textContent = ticked || "";
}

function saidOf(entry) {
  const box = document.createElement("div");
  box.className = "said";
  box.append(Object.assign(document.createElement("span"), { textContent: entry.shown }));
  const undo = document.getElementById("undo").content.firstElementChild.cloneNode(true);
  undo.addEventListener("click", () => {
    if (state.busy) return; // it is just leaving
    forget(new Set([entry.key]));
    draw();
  });
  box.append(undo);
  return box;
}

function tell(text) {
  const note = Object.assign(document.createElement("p"), { className: "note", textContent: text });
  document.getElementById("notes").append(note);
}

function open(row) {
  const had = row.querySelector(".answers");
  for (const other of document.querySelectorAll(".answers")) other.remove();
  if (had || !row.querySelector(".acts")) return;
  row.querySelector(".acts").after(document.getElementById("answers").content.cloneNode(true));
}

function sort() {
  const list = document.querySelector("#list ul");
  const by = body.dataset.view === "here" ? "rank" : "place";
  list.append(...[...list.children].sort((one, other) => Number(one.dataset[by]) - Number(other.dataset[by])));
}

function turn(view) {
  body.dataset.view = view;
  for (const tab of document.querySelectorAll("[data-tab]")) {
    if (tab.dataset.tab === view) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  sort();
}

/* Numbers: fetched once for all who are to be telephoned, then every button is a link that dials. */
async function fetchNumbers() {
  const answer = await post("/field/numbers/", () => ({
    headers: { "X-CSRFToken": state.csrf, Accept: "application/json" },
    body: new URLSearchParams({ incident: words.incident }),
  }));
  if (answer.status !== 200) throw new Refused(`answer ${answer.status}`);
  Object.assign(state.numbers, JSON.parse(answer.text).numbers);
  showNumbers();
}

function showNumbers() {
  for (const button of document.querySelectorAll("button.call")) {
    const number = state.numbers[button.closest("li").dataset.id];
    if (!number) continue;
    button.replaceWith(Object.assign(document.createElement("a"), { className: "b call", href: `tel:${number}`, textContent: number }));
  }
}

async function dial(row) {
  try {
    if (!state.numbers[row.dataset.id]) await fetchNumbers();
    online();
  } catch (error) {
    offline(error);
    if (!(error instanceof Refused)) tell(words.noNumbers);
    draw();
    return;
  }
  draw();
  const link = document.querySelector(`#p${row.dataset.id} a.call`);
  if (link) link.click();
  else tell(`${nameOf(row.dataset.id)}: ${words.noNumber}`);
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("li[data-id]");
  const link = event.target.closest("a.call");
  if (link && !row.querySelector(".answers")) open(row); // back from the call the answer is one tap
  const control = event.target.closest("a[data-open], a[data-tab], button.call, button[name=say]");
  if (!control) return;
  event.preventDefault();
  if (control.matches("a[data-tab]")) turn(control.dataset.tab);
  else if (control.matches("a[data-open]")) open(row);
  else if (control.matches("button.call")) dial(row);
  else if (control.value === "here") checkIn();
  else answered(row, control);
});

function answered(row, button) {
  const said = button.value.split(":")[1];
  if (enter([[Number(row.dataset.id), said, button.textContent]])) row.querySelector(".answers")?.remove();
}

function checkIn() {
  const boxes = [...document.querySelectorAll("input[name=here]:checked")];
  const place = document.querySelector("input[name=where]:checked");
  const shown = place.closest("label").textContent;
  if (!boxes.length || !enter(boxes.map((box) => [Number(box.value), `here-${place.value}`, shown]))) return;
  for (const box of boxes) box.checked = false;
  draw();
}

document.addEventListener("change", draw);
window.addEventListener("online", () => (load().length ? flush() : look()));
window.addEventListener("storage", draw);
document.addEventListener("visibilitychange", () => document.hidden || (load().length ? flush() : look()));

const two = (number) => String(number).padStart(2, "0");

/* Ages run on by themselves, with the office's clock. */
function tick() {
  const now = clock.now + (performance.now() - clock.at) * clock.speed;
  for (const age of document.querySelectorAll("[data-ago]")) {
    const seconds = Math.max(0, Math.floor((now - Date.parse(age.dataset.ago)) / 1000));
    const text = seconds < 60 ? words.agoS.replace("{n}", seconds) : words.agoMin.replace("{n}", Math.floor(seconds / 60));
    if (seconds <= 3600 && age.textContent !== text) age.textContent = text;
  }
  const since = document.getElementById("t-clock");
  if (!since) return;
  const gone = Math.max(0, Math.floor((now - Date.parse(since.dataset.t0)) / 1000));
  since.textContent = `${two(Math.floor(gone / 60))}:${two(gone % 60)}`;
}

/* The page itself is kept on the phone, so that it opens without network; signing out takes it away. */
async function keep() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/field/worker.js", { scope: words.address });
  const ready = await navigator.serviceWorker.ready;
  const parts = [...document.querySelectorAll("link[href], script[src]")].map((part) => part.href || part.src);
  ready.active.postMessage({ keep: [location.pathname, ...parts] });
}

document.getElementById("sign-out")?.addEventListener("submit", (event) => {
  if (load().length && !window.confirm(words.unsent)) event.preventDefault();
  else if ("caches" in window) caches.delete("muster-field");
});

draw();
flush();
keep().catch((error) => console.info("not kept for a start without network:", error.message));
if (words.incident) {
  setInterval(tick, 1000);
  setInterval(() => (load().length ? flush() : look()), LOOK_EVERY);
}
