/* The drop area of the start page: a file that is let go over it goes into the plain file field. Works without, too.
   Listened for on the document, since the area is drawn anew while the page fills itself. */
const areaOf = (event) => (event.target instanceof Element ? event.target.closest("[data-drop]") : null);

function onOver(event) {
  const area = areaOf(event);
  if (!area) return;
  event.preventDefault();
  area.classList.add("is-over");
}

function onDrop(event) {
  const area = areaOf(event);
  if (!area) return;
  event.preventDefault();
  area.classList.remove("is-over");
  const field = area.querySelector("input[type=file]");
  if (field && event.dataTransfer.files.length) field.files = event.dataTransfer.files;
}

document.addEventListener("dragenter", onOver);
document.addEventListener("dragover", onOver);
document.addEventListener("dragleave", (event) => areaOf(event)?.classList.remove("is-over"));
document.addEventListener("drop", onDrop);
