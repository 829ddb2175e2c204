/* Runs before the first paint: without a choice of the user the system's light or dark counts. */
(function () {
  var root = document.documentElement;
  if (!root.dataset.bsTheme) {
    root.dataset.bsTheme = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
})();
