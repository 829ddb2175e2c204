/* Lists of names to tick: filter while typing, count the ticks on the button, run the countdown. Works without it, only slower. */

document.addEventListener("input", (event) => {
  const list = event.target.dataset.filter && document.querySelector(event.target.dataset.filter);
  if (!list) return;
  const wanted = event.target.value.trim().toLowerCase();
  for (const row of list.children) {
    row.hidden = Boolean(wanted) && !(row.dataset.words ?? "").toLowerCase().includes(wanted);
  }
});

document.addEventListener("change", () => {
  for (const button of document.querySelectorAll("[data-counts]")) {
    const ticked = document.querySelectorAll(`${button.dataset.counts} input:checked`).length;
    button.querySelector("[data-count]").textContent = ticked ? String(ticked) : "";
  }
});

/* A list that renews itself waits while somebody is ticking in it. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const held = event.target.id === "roll-call" && event.target.querySelector("input:checked, input:focus");
  if (held) event.preventDefault();
});

let shownAt = performance.now();
document.addEventListener("htmx:afterSwap", () => { shownAt = performance.now(); });
window.setInterval(() => {
  const clock = document.getElementById("roll-left");
  if (!clock) return;
  const gone = ((performance.now() - shownAt) / 1000) * Number(clock.dataset.speed || 1);
  const left = Math.max(0, Math.round(Number(clock.dataset.left) - gone));
  clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}, 250);
