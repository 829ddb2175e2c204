/* Closures and isochrones over the offline map, and drawing a closure by tapping points.

   <div data-map=… data-overlay="URL of GeoJSON">; properties.kind of a feature: now, later (closures) or band (with
   properties.band). The text box #id_points of the page, where there is one, holds the points being drawn: what is
   tapped goes there, and what is typed there is shown. */

const EMPTY = { type: "FeatureCollection", features: [] };
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/* Points of the text box, longitude first; lines that are not yet numbers are passed over. */
function typed(text) {
  return text.split("\n").map((line) => line.split(/[\s,，;；、]+/).filter(Boolean).map(Number))
    .filter((pair) => pair.length === 2 && pair.every(Number.isFinite) && Math.abs(pair[0]) <= 180 && Math.abs(pair[1]) <= 90);
}

function draft(points, area) {
  const features = points.map((at) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } }));
  if (area && points.length > 2) {
    features.push({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...points, points[0]]] } });
  } else if (points.length > 1) {
    features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: points } });
  }
  return { type: "FeatureCollection", features };
}

function addLayers(map, overlay, drawn) {
  if (map.getSource("roads-overlay")) return;
  map.addSource("roads-overlay", { type: "geojson", data: overlay });
  map.addSource("roads-draft", { type: "geojson", data: drawn });
  const kind = (name) => ["==", ["get", "kind"], name];
  const bands = ["match", ["get", "band"], ...[0, 1, 2, 3].flatMap((band) => [band, token(`--band-${band}`)]), token("--band-4")];
  const below = ["minor-edge", "secondary-edge", "primary-edge"].find((id) => map.getLayer(id)); // roads and names stay readable above the bands
  map.addLayer({ id: "bands", type: "fill", source: "roads-overlay", filter: kind("band"), paint: { "fill-color": bands, "fill-opacity": 0.62, "fill-antialias": false } }, below);
  for (const [name, color] of [["now", token("--closed")], ["later", token("--closed-later")]]) {
    const areas = ["all", kind(name), ["==", ["geometry-type"], "Polygon"]];
    map.addLayer({ id: `closed-${name}-area`, type: "fill", source: "roads-overlay", filter: areas, paint: { "fill-color": color, "fill-opacity": 0.25 } });
    map.addLayer({ id: `closed-${name}`, type: "line", source: "roads-overlay", filter: kind(name), layout: { "line-cap": "round" }, paint: { "line-color": color, "line-width": 5, ...(name === "later" ? { "line-dasharray": [1.5, 1.5] } : {}) } });
  }
  map.addLayer({ id: "draft-line", type: "line", source: "roads-draft", paint: { "line-color": token("--draft"), "line-width": 4, "line-dasharray": [2, 1] } });
  map.addLayer({ id: "draft-dots", type: "circle", source: "roads-draft", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 6, "circle-color": token("--draft"), "circle-stroke-width": 2, "circle-stroke-color": token("--surface") } });
}

function spots(geometry) {
  const flat = (part) => (typeof part[0] === "number" ? [part] : part.flatMap(flat));
  return flat(geometry.coordinates);
}

/* Without WebGL: the same shapes on the still drawing. */
function drawPlain(plain, overlay) {
  const layer = plain.ground;
  for (const { geometry, properties } of overlay.features) {
    const parts = geometry.type.startsWith("Multi") ? geometry.coordinates : [geometry.coordinates];
    const single = geometry.type.replace("Multi", "");
    for (const coordinates of parts) {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", plain.path({ type: single, coordinates }));
      path.setAttribute("class", properties.kind === "band" ? "plain-band" : "plain-closure");
      if (properties.kind === "band") path.setAttribute("fill", token(`--band-${properties.band}`));
      layer.append(path);
    }
  }
}

class Drawing {
  constructor(view) {
    this.view = view;
    this.box = document.getElementById("id_points");
    this.tools = document.querySelector(".draw-tools");
    this.start = document.getElementById("draw-start");
  }

  get shape() {
    const area = document.querySelector('[name="shape"]:checked')?.value === "area";
    return this.box ? draft(typed(this.box.value), area) : EMPTY;
  }

  connect() {
    if (!this.box) return;
    const { map } = this.view;
    this.tools.hidden = false;
    this.start.addEventListener("click", () => this.toggle());
    document.getElementById("draw-back").addEventListener("click", () => this.set(this.box.value.trimEnd().split("\n").slice(0, -1)));
    this.box.addEventListener("input", () => this.show());
    document.querySelectorAll('[name="shape"]').forEach((choice) => choice.addEventListener("change", () => this.show()));
    map.on("click", (event) => {
      if (this.start.getAttribute("aria-pressed") !== "true") return;
      document.getElementById("id_datum").value = "wgs84"; // the map's own points are WGS-84
      const { lng, lat } = event.lngLat;
      this.set([...this.box.value.trimEnd().split("\n").filter(Boolean), `${lng.toFixed(6)}, ${lat.toFixed(6)}`]);
    });
  }

  toggle() {
    const on = this.start.getAttribute("aria-pressed") !== "true";
    this.start.setAttribute("aria-pressed", String(on));
    this.view.home.classList.toggle("is-drawing", on);
    if (on) this.view.home.scrollIntoView({ block: "nearest" });
  }

  set(lines) {
    this.box.value = lines.join("\n");
    this.show();
  }

  show() {
    this.view.map.getSource("roads-draft")?.setData(this.shape);
  }
}

async function overlayOf(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

async function connect(view) {
  const overlay = await overlayOf(view.home.dataset.overlay);
  const shown = overlay.features.flatMap((feature) => spots(feature.geometry));
  const frame = shown.length ? shown : view.state.points.map((point) => point.at);
  if (view.plain) {
    if (frame.length) view.plain.focus(frame);
    drawPlain(view.plain, overlay);
    view.show();
    return;
  }
  const drawing = new Drawing(view);
  const add = () => addLayers(view.map, overlay, drawing.shape);
  view.map.on("style.load", add);
  add();
  drawing.connect();
  const around = [...frame, ...view.state.points.map((point) => point.at)];
  view.take({ people: EMPTY });
  if (around.length) {
    const [lons, lats] = [around.map((at) => at[0]), around.map((at) => at[1])];
    view.map.fitBounds([[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]], { padding: 50, maxZoom: 13, animate: false });
  }
}

document.addEventListener("muster:map-ready", (event) => {
  const view = event.detail;
  if (view.home.dataset.overlay) connect(view).finally(() => view.home.setAttribute("data-overlay-ready", "yes"));
});
