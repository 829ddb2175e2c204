/* A signal for who does not look: two short tones when something new is wrong, and always the same in words on the page.

   What is wrong is marked by the server: [data-alarm="kind"], its text says what. A lost link counts too. Sound is off until somebody
   switches it on; this browser remembers. Browsers let no page sound before it was touched once: until then the button says so. */

const button = document.getElementById("sound");
const said = document.getElementById("sound-said");
const KEPT = "muster.sound";
const TONES = [[880, 0], [660, 0.22]];
const LENGTH = 0.18;
const AGAIN_AFTER = 10000; // a state that comes and goes does not ring all the time
const words = button.dataset;
let on = window.localStorage.getItem(KEPT) === "on";
let audio = null;
let rung = -AGAIN_AFTER;
let known = new Map();

function ready() {
  audio ??= new AudioContext();
  return audio.state === "running";
}

function label() {
  const waits = on && !ready();
  button.setAttribute("aria-pressed", String(on));
  button.querySelector(".sound-on").hidden = !on;
  button.querySelector(".sound-off").hidden = on;
  const text = waits ? words.waits : on ? words.on : words.off;
  button.title = text;
  button.setAttribute("aria-label", text);
}

function ring() {
  const now = performance.now();
  if (!on || !ready() || now - rung < AGAIN_AFTER) return;
  rung = now;
  for (const [pitch, after] of TONES) {
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    tone.frequency.value = pitch;
    loud.gain.setValueAtTime(0.25, audio.currentTime + after);
    loud.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + after + LENGTH);
    tone.connect(loud).connect(audio.destination);
    tone.start(audio.currentTime + after);
    tone.stop(audio.currentTime + after + LENGTH);
  }
}

function alarms() {
  const found = new Map();
  for (const one of document.querySelectorAll("[data-alarm]")) found.set(one.dataset.alarm, one.textContent.replace(/\s+/g, " ").trim());
  const link = document.getElementById("link-state");
  if (link?.classList.contains("lost")) found.set("link", link.dataset.lostText);
  return found;
}

/* Rings for what was not wrong a moment ago; the words stay until something else is wrong. */
function look() {
  const now = alarms();
  const fresh = [...now].filter(([kind]) => !known.has(kind));
  known = now;
  if (!fresh.length) return;
  const clock = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  said.querySelector("span").textContent = words.said.replace("{time}", clock).replace("{what}", fresh.map(([, what]) => what).join(" · "));
  said.hidden = false;
  ring();
}

button.addEventListener("click", async () => {
  on = !on;
  window.localStorage.setItem(KEPT, on ? "on" : "off");
  if (on) {
    ready();
    await audio.resume();
    ring();
  }
  label();
});
for (const touch of ["pointerdown", "keydown"]) {
  document.addEventListener(touch, async () => {
    if (!on || ready()) return;
    await audio.resume();
    label();
  });
}
document.addEventListener("muster:changed", look);
new MutationObserver(look).observe(document.getElementById("link-state"), { attributeFilter: ["class"] });
known = alarms();
label();
button.hidden = false;
