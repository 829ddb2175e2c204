/* The live page: takes changed regions from the server's event stream, keeps the clock running, and shows how old the numbers are.

   The stream resumes by itself (EventSource sends Last-Event-ID); a link that stays away for 5 seconds is said in words. A
   line that is open but says nothing is dead too (a cable was pulled): the server speaks every 15 seconds. */

const home = document.getElementById("live");
const LOST_AFTER = 5000;
const SILENT_AFTER = 25000;
const SPEAK_EVERY = 15000;
const AGE_SAYS = 3;
const AGE_OLD = 10;
const AGE_DEAD = 45; // solved again every few seconds while people come, every half minute before: older means nobody solves

const clock = { now: Date.parse(home.dataset.now), t0: Date.parse(home.dataset.t0), speed: Number(home.dataset.speed), at: performance.now() };
const skew = { real: 0 };
const link = { lostAt: performance.now(), timer: 0, spoken: 0, source: null, heardAt: performance.now() };

const virtualNow = () => clock.now + (performance.now() - clock.at) * clock.speed;
const realNow = () => Date.now() + skew.real;

function setLink(on) {
  const state = document.getElementById("link-state");
  state.className = on ? "on" : "lost";
  state.querySelector(".link-word").textContent = on ? state.dataset.liveText : state.dataset.lostText;
}

/* Regions: swapped only when their HTML differs; an open menu or the focused control survives. */
function swap(name, html) {
  const region = document.getElementById(`region-${name}`);
  if (!region || region.dataset.html === html) return false;
  region.dataset.html = html;
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  const open = region.querySelector("details[open]") !== null;
  const scrolled = [...region.querySelectorAll("*")].find((element) => element.scrollTop > 0);
  const top = scrolled?.scrollTop ?? 0;
  const before = rows(region);
  region.innerHTML = html;
  if (open) region.querySelector("details")?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (top && scrolled.className) region.querySelector(`.${scrolled.className.split(" ")[0]}`)?.scrollTo({ top });
  markChanges(region, before);
  return true;
}

const rows = (region) => new Map([...region.querySelectorAll("[id]")].map((row) => [row.id, row.textContent]));

function markChanges(region, before) {
  for (const row of region.querySelectorAll("tr[id], li[id], a[id]")) {
    if (before.get(row.id) !== row.textContent) row.classList.add("has-changed");
  }
}

function speak() {
  const now = performance.now();
  if (now - link.spoken < SPEAK_EVERY) return;
  const said = document.querySelector("#say .heading")?.textContent.trim() ?? "";
  const box = document.getElementById("spoken");
  if (box.textContent === said) return;
  link.spoken = now;
  box.textContent = said;
}

function onRegions(event) {
  const { regions, now, speed, real } = JSON.parse(event.data);
  setClock(now, speed, real);
  const changed = Object.entries(regions).filter(([name, html]) => swap(name, html));
  if (changed.length) speak();
  document.dispatchEvent(new CustomEvent("muster:changed"));
  tick();
}

function setClock(now, speed, real) {
  clock.now = Date.parse(now);
  clock.speed = speed;
  clock.at = performance.now();
  skew.real = Date.parse(real) - Date.now();
}

function connect() {
  const source = new EventSource(`${home.dataset.url}?after=${home.dataset.seq}`);
  link.source = source;
  const alive = () => {
    link.heardAt = performance.now();
    window.clearTimeout(link.timer);
    link.timer = 0;
    setLink(true);
  };
  source.addEventListener("open", alive);
  source.addEventListener("regions", (event) => {
    alive();
    onRegions(event);
  });
  source.addEventListener("clock", (event) => {
    alive();
    const { now, speed, real } = JSON.parse(event.data);
    setClock(now, speed, real);
  });
  source.addEventListener("error", () => {
    link.timer ||= window.setTimeout(() => setLink(false), LOST_AFTER);
    if (source.readyState === EventSource.CLOSED) window.setTimeout(() => source === link.source && connect(), 3000);
  });
}

function checkLine() {
  if (performance.now() - link.heardAt < SILENT_AFTER) return;
  link.heardAt = performance.now();
  setLink(false);
  link.source.close();
  connect();
}

/* Once a second: running clock, ages of entries, age of the number. */
const two = (number) => String(number).padStart(2, "0");
const beijing = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai", hour12: false });

function agoText(seconds, moment) {
  if (seconds < 60) return home.dataset.agoS.replace("{n}", Math.max(0, Math.floor(seconds)));
  if (seconds <= 3600) return home.dataset.agoMin.replace("{n}", Math.floor(seconds / 60));
  return beijing.format(moment);
}

function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function tick() {
  const elapsed = Math.max(0, Math.floor((virtualNow() - clock.t0) / 1000));
  setText(document.getElementById("t-clock"), `${two(Math.floor(elapsed / 60))}:${two(elapsed % 60)}`);
  for (const time of document.querySelectorAll("[data-ago]")) {
    const moment = Date.parse(time.dataset.ago);
    setText(time, agoText((virtualNow() - moment) / 1000, moment));
  }
  checkLine();
  age();
}

/* A number is old when a newer state waits for its solve, the link is gone, or nobody has solved for long; then it loses
   its colour. */
function age() {
  const band = document.querySelector(".band[data-solved]");
  const word = band?.querySelector(".age-word");
  if (!word || band.dataset.measured === "yes") return;
  const seconds = (realNow() - Date.parse(word.dataset.age)) / 1000;
  const waiting = band.querySelector(".solving") !== null || document.getElementById("link-state").classList.contains("lost");
  band.classList.toggle("is-old", seconds > (waiting ? AGE_OLD : AGE_DEAD));
  if (seconds > AGE_SAYS) setText(word, agoText(seconds, Date.parse(word.dataset.age)));
}

for (const region of document.querySelectorAll("[id^=region-]")) region.dataset.html = region.innerHTML.trim();
window.setInterval(tick, 1000);
connect();
tick();
