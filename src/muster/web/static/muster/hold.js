/* Undo for slips: an act marked data-hold is held for some seconds before its form leaves the browser, and can be taken back.

   <body data-hold-seconds="5" data-hold-send="Sends in {n} s" …>. Nothing is sent meanwhile: the server knows nothing of a held
   act, and leaving the page drops it. Without this script the form leaves at once. Escape takes back, from wherever the focus is;
   the focus stays where it was, and the bar lies over the page, so that nothing on it moves. */

const seconds = Number(document.body.dataset.holdSeconds ?? 0);
const words = document.body.dataset;
let held = null;

function bar(button) {
  const made = document.createElement("div");
  made.className = "hold-bar";
  made.id = "hold-bar";
  const count = document.createElement("b");
  count.setAttribute("aria-hidden", "true"); // said once below; every second would be too much to listen to
  const undo = document.createElement("button");
  undo.type = "button";
  undo.className = "btn";
  undo.id = "hold-undo";
  const key = document.createElement("kbd");
  key.textContent = "Esc";
  undo.append(words.holdUndo, " ", key);
  undo.addEventListener("click", () => take(words.holdUndone));
  made.append(count, undo);
  button.after(made);
  return { made, count };
}

function say(text) {
  const spoken = document.getElementById("spoken");
  if (spoken) spoken.textContent = text;
}

/* What came of it, for the eye where the bar was and for the ear; it goes by itself. */
function tell(text) {
  say(text);
  const told = document.createElement("p");
  told.className = "hold-bar";
  told.id = "hold-told";
  told.setAttribute("aria-hidden", "true");
  told.textContent = text;
  document.getElementById("hold-told")?.remove();
  (document.querySelector("dialog[open]") ?? document.body).append(told);
  window.setTimeout(() => told.remove(), 4000);
}

/* The held act is over: `said` when it was taken back, nothing when it leaves. */
function take(said) {
  if (!held) return;
  window.clearInterval(held.ticks);
  const { button, made } = held;
  held = null;
  const inside = made.contains(document.activeElement);
  made.remove();
  button.removeAttribute("aria-disabled");
  if (inside) button.focus();
  if (said) tell(said);
}

function hold(form, button) {
  const text = button.dataset.hold === "send" ? words.holdSend : words.holdAct;
  const ends = performance.now() + seconds * 1000;
  document.getElementById("hold-told")?.remove();
  const { made, count } = bar(button);
  const left = () => Math.max(0, Math.ceil((ends - performance.now()) / 1000));
  const show = () => { count.textContent = text.replace("{n}", left()); };
  button.setAttribute("aria-disabled", "true");
  const tick = () => {
    if (performance.now() < ends) {
      show();
      return;
    }
    take("");
    if (!form.isConnected || !button.isConnected) { // the page was renewed under it: what would leave is no longer what was read
      tell(words.holdGone);
      return;
    }
    form.dataset.held = "yes";
    form.requestSubmit(button);
    delete form.dataset.held;
  };
  held = { form, button, made, ticks: window.setInterval(tick, 200) };
  show();
  say(`${text.replace("{n}", seconds)}. ${words.holdHow}`);
}

if (seconds > 0) {
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.matches("[data-hold]") || event.target.dataset.held) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (held) return; // pressed twice: one act, held once
    hold(event.target, button);
  }, { capture: true });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !held) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    take(words.holdUndone);
  }, { capture: true });
}
