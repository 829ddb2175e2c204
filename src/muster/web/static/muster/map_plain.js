/* The map without WebGL: the same ground and marks as a plain SVG, still, but complete. */

import { stateColor } from "muster/map_marks.js";
import { palette } from "muster/map_palette.js";

const SVG = "http://www.w3.org/2000/svg";
const SIZE = 1000;

function make(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}

function* corners(geometry) {
  const flat = geometry.type === "Point" ? [[geometry.coordinates]] : geometry.type === "LineString" ? [geometry.coordinates]
    : geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : geometry.coordinates; // of lines, or the rings of an area
  yield* flat;
}

export class PlainMap {
  constructor(home, layers, dark, overlays = []) {
    this.overlays = overlays;
    this.colors = palette(dark);
    this.svg = make("svg", { class: "plain-map", viewBox: `0 0 ${SIZE} ${SIZE}`, preserveAspectRatio: "xMidYMid slice" }, home);
    this.frame = [113, 27.7, 113.1, 27.8];
    this.ground = make("g", {}, this.svg);
    this.marks = make("g", {}, this.svg);
    this.layers = layers;
  }

  focus(points) {
    const [lons, lats] = [points.map((p) => p[0]), points.map((p) => p[1])];
    const pad = Math.max(Math.max(...lats) - Math.min(...lats), 0.04) * 0.35;
    this.frame = [Math.min(...lons) - pad, Math.min(...lats) - pad, Math.max(...lons) + pad, Math.max(...lats) + pad];
    this.drawGround();
  }

  place([lon, lat]) {
    const [west, south, east, north] = this.frame;
    const scale = SIZE / Math.max((east - west) * Math.cos((lat * Math.PI) / 180), north - south);
    const x = SIZE / 2 + (lon - (west + east) / 2) * Math.cos((lat * Math.PI) / 180) * scale;
    return [x.toFixed(1), (SIZE / 2 - (lat - (south + north) / 2) * scale).toFixed(1)];
  }

  /* Longitude and latitude under a point of the window: `place` the other way round. */
  placeUnder(clientX, clientY) {
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    const [west, south, east, north] = this.frame;
    const middle = [(west + east) / 2, (south + north) / 2];
    const scaleAt = (lat) => SIZE / Math.max((east - west) * Math.cos((lat * Math.PI) / 180), north - south);
    let lat = middle[1];
    for (let step = 0; step < 3; step += 1) lat = middle[1] - (y - SIZE / 2) / scaleAt(lat); // the scale depends on lat a little
    return [middle[0] + (x - SIZE / 2) / scaleAt(lat) / Math.cos((lat * Math.PI) / 180), lat];
  }

  path(geometry) {
    return [...corners(geometry)].map((part) => `M${part.map((p) => this.place(p).join(" ")).join("L")}`).join("");
  }

  drawGround() {
    const c = this.colors;
    const features = (slug) => this.layers[slug]?.features ?? [];
    const draw = (feature, attributes) => make("path", { d: this.path(feature.geometry), fill: "none", ...attributes }, this.ground);
    this.ground.replaceChildren();
    make("rect", { width: SIZE, height: SIZE, x: 0, y: 0, fill: c.outside }, this.ground);
    for (const feature of features("towns")) draw(feature, { fill: c.land });
    for (const feature of features("land")) draw(feature, { fill: c[feature.properties.kind] ?? c.land });
    for (const feature of features("river")) draw(feature, { fill: c.water, stroke: c.shore });
    for (const feature of features("towns")) draw(feature, { stroke: c.border, "stroke-dasharray": "8 3 2 3" });
    const roads = features("roads").map((feature) => [feature, feature.properties.kind === "main" ? "primary" : "secondary"]);
    for (const [feature, name] of roads) draw(feature, { stroke: c[`${name}Edge`], "stroke-width": name === "primary" ? 6 : 3 });
    for (const [feature, name] of roads) draw(feature, { stroke: c[name], "stroke-width": name === "primary" ? 4 : 1.6 });
    for (const feature of features("railway")) {
      draw(feature, { stroke: c.rail, "stroke-width": 3 });
      draw(feature, { stroke: c.railGap, "stroke-width": 1.6, "stroke-dasharray": "8 8" });
    }
    for (const feature of this.overlays) {
      const spot = feature.geometry.type === "Point" ? this.place(feature.geometry.coordinates) : null;
      if (spot) make("circle", { cx: spot[0], cy: spot[1], r: 7, class: "plain-overlay" }, this.ground);
      else draw(feature, { class: "plain-overlay" });
    }
  }

  show(people, points, site) {
    this.marks.replaceChildren();
    for (const feature of people.features) {
      const [cx, cy] = this.place(feature.geometry.coordinates);
      make("circle", { cx, cy, r: 5, fill: stateColor(feature.properties.state) }, this.marks);
    }
    for (const point of points) {
      const [x, y] = this.place(point.at);
      make("text", { x, y, class: "plain-pin" }, this.marks).textContent = point.letter;
    }
    if (site) {
      const [cx, cy] = this.place(site.at);
      make("circle", { cx, cy, r: 14, class: "plain-site" }, this.marks);
    }
  }
}
