/* The wall beside its live regions: follows what is open, keeps clocks, says when nothing is heard, and enlarges the map's words.

   It stays on for weeks. It is loaded anew only when the server has just answered, for a page that fails to load is a dark wall. */

const wall = document.getElementById("wall");
const link = document.getElementById("link-state");
const board = document.getElementById("live"); // live.js says how the link is where there is one
const clock = document.getElementById("wall-clock");
const ASK_EVERY = 5000;
const LOST_AFTER = 15000;
const QUIET_EVERY = 60000;
const QUIET_OLD = 150000;
const RENEW_EVERY = 300000;
const ROAD_SIZE = 16;
const LEAST_SIZE = 20;
const LARGER = 1.5;

const heard = { at: performance.now(), now: clock ? Date.parse(clock.dataset.now) : 0, speed: clock ? Number(clock.dataset.speed) : 1, quietAt: performance.now() };
const beijing = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai", hour12: false });
const beijingSeconds = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "Asia/Shanghai", hour12: false });

function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function setLink(on, words = link.dataset.lostText) {
  link.classList.toggle("on", on);
  link.classList.toggle("lost", !on);
  setText(link.querySelector(".link-word"), on ? link.dataset.liveText : words);
}

const news = () => setText(document.getElementById("last-news"), beijingSeconds.format(new Date()));

async function ask(url) {
  const answer = await fetch(url, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(4000) });
  if (answer.type === "opaqueredirect") {
    heard.signedOut = true;
    setLink(false, link.dataset.outText);
  }
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  heard.signedOut = false;
  return answer;
}

async function follow() {
  try {
    const told = await (await ask("/wall/now.json")).json();
    heard.at = performance.now();
    if (!board) {
      heard.now = Date.parse(told.now);
      heard.speed = told.speed;
      setLink(true);
      news();
    }
    const other = told.version !== wall.dataset.version || (wall.dataset.shows !== "" && told.shows !== wall.dataset.shows);
    if (other && (await ask(window.location.pathname))) window.location.reload();
    if (!board && performance.now() - heard.quietAt > QUIET_EVERY) await freshQuiet();
  } catch (problem) {
    console.warn("wall", problem.message); // said on the screen when it lasts
    if (!board && !heard.signedOut && performance.now() - heard.at > LOST_AFTER) setLink(false);
  }
  window.setTimeout(follow, ASK_EVERY);
}

async function freshQuiet() {
  const page = new DOMParser().parseFromString(await (await ask(window.location.pathname)).text(), "text/html");
  const fresh = page.getElementById("quiet");
  if (!fresh) return; // something was opened meanwhile: the next question finds out
  document.getElementById("quiet").replaceChildren(...fresh.childNodes);
  heard.quietAt = performance.now();
}

function tick() {
  if (clock) {
    setText(clock, beijing.format(heard.now + (performance.now() - heard.at) * heard.speed));
    document.getElementById("quiet").classList.toggle("is-old", performance.now() - heard.quietAt > QUIET_OLD);
  }
  if (heard.signedOut) setLink(false, link.dataset.outText);
}

/* How long until the next line falls due, on the clock of the live page: its T+ is the only one that knows a set clock. */
function due() {
  const left = document.getElementById("due-clock");
  const running = document.getElementById("t-clock");
  if (!left || !running) return;
  const [minutes, seconds] = running.textContent.split(":").map(Number);
  const until = Math.floor((Date.parse(left.dataset.due) - Date.parse(board.dataset.t0)) / 1000) - minutes * 60 - seconds;
  const two = (number) => String(number).padStart(2, "0");
  setText(left, until < 0 ? "00:00" : `${two(Math.floor(until / 60))}:${two(until % 60)}`);
}

/* Sizes of the map's words: a number, or an expression that steps or slides between sizes. */
function larger(size, least) {
  if (typeof size === "number") return Math.max(least, size * LARGER);
  if (!Array.isArray(size) || !["interpolate", "step"].includes(size[0])) return size;
  const first = size[0] === "step" ? 2 : 4;
  return size.map((part, place) => (place >= first && (place - first) % 2 === 0 ? larger(part, least) : part));
}

function enlarge(map) {
  for (const layer of map.getStyle().layers.filter((each) => each.type === "symbol")) {
    const size = map.getLayoutProperty(layer.id, "text-size");
    if (layer.id.includes("road")) map.setLayoutProperty(layer.id, "text-size", ROAD_SIZE);
    else if (size !== undefined) map.setLayoutProperty(layer.id, "text-size", larger(size, LEAST_SIZE));
    if (layer.id === "people") map.setLayoutProperty(layer.id, "icon-size", ["interpolate", ["linear"], ["zoom"], 9, 0.8, 13, 1.3]);
  }
}

document.addEventListener("muster:map-ready", (event) => {
  if (event.detail.map) enlarge(event.detail.map);
});
document.addEventListener("muster:changed", () => {
  news();
  due();
});
window.setInterval(() => {
  for (const picture of document.querySelectorAll("[data-renew]")) picture.src = `${picture.dataset.renew}?${Date.now()}`;
}, RENEW_EVERY);
window.setInterval(() => {
  tick();
  if (board) due();
}, 1000);
news();
follow();
