/* Keys and small conveniences of every page. Everything also works without this file, only slower. */

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

/* Light or dark: kept in a cookie, so that the server draws the next page right at once. */
document.getElementById("theme")?.addEventListener("click", () => {
  const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
  document.documentElement.dataset.bsTheme = next;
  document.cookie = `muster_theme=${next}; path=/; max-age=31536000; samesite=lax`;
  document.dispatchEvent(new CustomEvent("muster:theme", { detail: next }));
});

/* "/" goes to the search box; digits press the act with that number; Enter presses the main act of the page. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape") document.querySelector("details.who[open]")?.removeAttribute("open");
  if (typing(event.target) || document.querySelector("dialog[open]:not([data-page])")) return;
  if (event.key === "/") {
    const find = document.getElementById("find");
    if (find) {
      event.preventDefault();
      find.focus();
      find.select();
    }
    return;
  }
  const act = event.key === "Enter" ? mainAct(event.target) : document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (act) {
    event.preventDefault();
    act.click();
  }
});

function mainAct(target) {
  if (target.closest("a, button, summary, [tabindex]:not(main)")) return null;
  return document.querySelector("[data-main]:not([disabled])");
}

/* A form is sent once: a second press while it is under way does nothing. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  window.setTimeout(() => delete form.dataset.sent, 4000);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

/* Menus close when one clicks elsewhere. */
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.who[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  });
});

/* Buttons that print or open a dialog of the page. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-print], [data-opens], [data-closes]");
  if (!button) return;
  if (button.dataset.print !== undefined) window.print();
  if (button.dataset.opens) document.getElementById(button.dataset.opens)?.showModal();
  if (button.dataset.closes !== undefined) button.closest("dialog")?.close();
});
