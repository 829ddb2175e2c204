/* The guided tour. It shows the steps of <template id="tour-steps"> one by one, beside the part each speaks of, and never
   over it or over an act. It is not modal: every button and key of the page works while it is open.

   Where somebody is in it stays in this browser, by account; whether it is open, in this tab only. On the pages of an actual
   incident it is open only if that incident was opened in the middle of the tour, by the one who walks it. */

const source = document.getElementById("tour-steps");
const card = document.getElementById("tour");
const ring = document.getElementById("tour-ring");
const button = { leave: document.getElementById("tour-leave"), back: document.getElementById("tour-back"), next: document.getElementById("tour-next") };
const { page, incident = "", who } = source.dataset;
const actual = "actual" in source.dataset;
const KEY = `muster.tour.${who}`;
const OPENED_WITHIN = 60000; // from the press that opens an incident to its duty page
const GAP = 12;
const EDGE = 8;
const PAD = 4;

const steps = [...source.content.querySelectorAll("[data-step]")].map((row) => ({
  key: row.dataset.step,
  parts: row.dataset.parts.split("|"),
  does: "does" in row.dataset,
  fills: row.dataset.fills ?? "",
  title: row.querySelector("h2").textContent,
  says: row.querySelector("p").textContent,
}));
const place = read(localStorage, { at: "", seen: [] });
const run = read(sessionStorage, { open: false, opened: 0, incident: "" });
const done = new Set(); // fields of this page that were filled in
let current = null;
let pressed = false;
let described = null;
let waitsFor = 0;
if (page === "open") run.opened = 0; // a form that came back with faults has opened nothing

/* Storage may be shut (private windows, rules of the office): the tour then lasts as long as the page. */
function read(store, empty) {
  try {
    return { ...empty, ...JSON.parse(store.getItem(KEY) ?? "{}") };
  } catch {
    return { ...empty };
  }
}

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify(place));
    sessionStorage.setItem(KEY, JSON.stringify(run));
  } catch {
    /* nothing is kept */
  }
}

/* A part counts when it has a size on the screen, whatever it is scrolled to. */
const shown = (selector) => [...document.querySelectorAll(selector)].find((one) => one.getClientRects().length > 0) ?? null;
const room = () => window.innerHeight - barHeight() - card.offsetHeight - 2 * GAP - 2 * EDGE;
const barHeight = () => document.querySelector(".act-bar")?.offsetHeight ?? 0;

function partOf(step) {
  const found = step.parts.map(shown).filter(Boolean);
  if (!found.length) return null;
  const wide = window.innerWidth >= 1000; // there the card stands beside a tall part as well as below it
  return found.find((one) => wide || one.offsetHeight <= room()) ?? found.at(-1);
}

const here = () => steps.filter((step) => partOf(step));
const seen = (step) => place.seen.includes(step.key);

function note(step) {
  if (!seen(step)) place.seen.push(step.key);
}

/* --- where the card stands ------------------------------------------------------------------------------------------ */

const box = (element) => element.getBoundingClientRect();
const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const within = (low, value, high) => Math.max(low, Math.min(value, high));

function spots(part, width, height) {
  const right = window.innerWidth - width - EDGE;
  const low = window.innerHeight - height - EDGE;
  const xs = [within(EDGE, part.left, right), within(EDGE, part.right - width, right), EDGE, right];
  const ys = [within(EDGE, part.top, low), within(EDGE, part.bottom - height, low), EDGE, low];
  return [
    ...xs.map((x) => [x, part.bottom + GAP]),
    ...xs.map((x) => [x, part.top - GAP - height]),
    ...ys.map((y) => [part.right + GAP, y]),
    ...ys.map((y) => [part.left - GAP - width, y]),
    ...xs.flatMap((x) => [[x, low - barHeight()], [x, EDGE]]),
  ];
}

/* Free of the part itself and, as long as there is such a place, of every act of the page and of the map one may tap. */
function choose(part) {
  const { offsetWidth: width, offsetHeight: height } = card;
  const acts = [...document.querySelectorAll("[data-main], .act-bar, .stripe, .approve > .foot, #main-act, .pick-map")].map(box);
  const as = ([x, y]) => ({ left: x, top: y, right: x + width, bottom: y + height });
  const inside = (one) => one.left >= 0 && one.top >= 0 && one.right <= window.innerWidth && one.bottom <= window.innerHeight;
  const free = spots(part, width, height).map(as).filter((one) => inside(one) && !meet(one, part));
  return free.find((one) => !acts.some((act) => meet(one, act))) ?? free[0] ?? as([EDGE, EDGE]);
}

function stand() {
  const part = current && partOf(current);
  card.hidden = ring.hidden = !part;
  if (!part) return;
  const at = box(part);
  const spot = choose({ left: at.left - PAD, top: at.top - PAD, right: at.right + PAD, bottom: at.bottom + PAD });
  Object.assign(card.style, { left: `${spot.left}px`, top: `${spot.top}px` });
  const left = Math.max(at.left - PAD, 2);
  const right = Math.min(at.right + PAD, document.documentElement.clientWidth - 2);
  Object.assign(ring.style, { left: `${left}px`, top: `${at.top - PAD}px`, width: `${right - left}px`, height: `${at.height + 2 * PAD}px` });
}

/* Brings the part to where it and the card have room; at once, for nothing here may move under a hand. */
function bring(part) {
  part.scrollIntoView({ block: "nearest", behavior: "instant" });
  const { top, bottom } = box(part);
  const low = window.innerHeight - barHeight() - card.offsetHeight - 2 * GAP;
  if (top < EDGE || bottom > low) window.scrollBy({ top: top - Math.max(EDGE + 2 * PAD, Math.min(top, low - (bottom - top))), behavior: "instant" });
}

/* --- steps ---------------------------------------------------------------------------------------------------------- */

/* What is to be pressed or filled in for a step that asks for something. */
function controlOf(step) {
  const part = partOf(step);
  return part?.querySelector(step.fills || "a, button") ?? part;
}

function describe(step) {
  described?.removeAttribute("aria-describedby");
  described = step?.does ? controlOf(step) : null;
  described?.setAttribute("aria-describedby", "tour-say");
}

function draw(step) {
  const all = here();
  const number = all.indexOf(step) + 1;
  setText(document.getElementById("tour-title"), step.title);
  setText(document.getElementById("tour-say"), step.says);
  setText(document.getElementById("tour-count"), `${number} / ${all.length}`);
  setText(button.next, number === all.length ? button.next.dataset.end : button.next.dataset.next);
  button.back.hidden = number === 1;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/* hand: the reader pressed a button of the card or the offer, so the focus may follow. */
function go(step, hand = false) {
  current = step;
  place.at = step.key;
  note(step);
  keep();
  card.hidden = false;
  card.dataset.step = step.key;
  draw(step);
  setText(document.getElementById("spoken"), `${step.title}. ${step.says}`); // for who hears the page
  offer();
  bring(partOf(step));
  stand();
  describe(step);
  if (hand) (step.does ? controlOf(step) : button.next).focus({ preventScroll: true });
}

function open(hand) {
  const all = here();
  const step = all.find((one) => one.key === place.at) ?? all.find((one) => !seen(one)) ?? all[0];
  if (!step) return;
  run.open = true;
  go(step, hand);
}

function leave(back = true) {
  run.open = false;
  current = null;
  card.hidden = ring.hidden = true;
  describe(null);
  keep();
  offer();
  if (back && card.contains(document.activeElement)) shown("[data-tour-start]")?.focus();
}

function forward() {
  const all = here();
  const next = all[all.indexOf(current) + 1];
  if (next) return go(next, true);
  place.at = ""; // the page is done: another time begins with what is not seen yet
  return leave();
}

/* The quiet offer: on pages that may have one, while the tour is not open. */
function offer() {
  const started = place.seen.length > 0 && (place.at !== "" || here().some((step) => !seen(step)));
  for (const each of document.querySelectorAll("[data-tour-start]")) {
    each.hidden = current !== null || !here().length;
    const word = each.querySelector("[data-first]");
    setText(word, started ? word.dataset.again : word.dataset.first);
  }
}

/* An incident that is really happening shows the tour only to who opened that incident from within it. */
function allowed() {
  if (!run.open) return false;
  if (!actual) return true;
  if (run.opened && Date.now() - run.opened < OPENED_WITHIN) run.incident = incident;
  run.opened = 0;
  keep();
  return run.incident === incident;
}

/* A field was filled in: on to the first one after it that is not. Not before the hand is off the button, for that may be
   the press on the next field, and nothing may be moved away from under it. */
function onChange(event) {
  const step = steps.find((one) => one.fills && event.target.matches(one.fills));
  if (!current || !step) return;
  done.add(step.key);
  note(step);
  keep();
  if (!pressed) window.setTimeout(onward);
}

function onward() {
  if (!current || !done.has(current.key)) return;
  const all = here();
  const next = all.slice(all.indexOf(current) + 1).find((one) => !done.has(one.key));
  if (next) go(next);
}

function refresh() {
  if (current) {
    const next = partOf(current) ? null : here().find((step) => !seen(step)); // what it spoke of has gone: on to what came
    if (next) return go(next);
    if (partOf(current)) {
      draw(current);
      describe(current);
    }
    stand();
  } else if (allowed()) open(false);
  else offer();
}

const later = () => {
  window.cancelAnimationFrame(waitsFor);
  waitsFor = window.requestAnimationFrame(refresh);
};

document.addEventListener("click", (event) => {
  const offered = event.target.closest("[data-tour-start]");
  if (!offered) return;
  offered.closest("details")?.removeAttribute("open");
  open(true);
});
button.leave.addEventListener("click", () => leave());
button.next.addEventListener("click", forward);
button.back.addEventListener("click", () => {
  const all = here();
  go(all[Math.max(0, all.indexOf(current) - 1)], true);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && current && !event.defaultPrevented) leave();
});
document.addEventListener("change", onChange);
document.addEventListener("pointerdown", () => (pressed = true), true);
for (const off of ["pointerup", "pointercancel"]) document.addEventListener(off, () => ((pressed = false), window.setTimeout(onward)), true);
document.addEventListener("submit", (event) => {
  if (!current || page !== "open" || event.target.id !== "incident-form") return;
  run.opened = Date.now();
  keep();
});
for (const happening of ["muster:changed", "htmx:afterSwap", "toggle"]) document.addEventListener(happening, later, true);
window.addEventListener("resize", later);
window.addEventListener("scroll", () => current && stand(), { capture: true, passive: true });
new ResizeObserver(later).observe(document.body);
refresh();
