/* Choosing a place on the map instead of typing its coordinates: <div class="map" data-map=… data-pick='{"site-1": [lon, lat]}'>
   inside a form with the fields lon, lat, datum and, where known places can be chosen, spot. A click or a dragged pin fills
   the fields; a chosen place and typed numbers move the pin. The fields stay the way for keyboards. */

import * as maplibre from "maplibre-gl";
import { siteElement } from "muster/map_marks.js";

const EMPTY = { type: "FeatureCollection", features: [] };
const DIGITS = 5; // about a metre

class Picker {
  constructor(home, view) {
    this.view = view;
    this.spots = JSON.parse(home.dataset.pick || "{}");
    this.fields = home.closest("form").elements;
    this.details = this.fields.lon.closest("details");
    if (view.plain) this.preparePlain();
    else view.map.on("click", (event) => this.fill(event.lngLat.lng, event.lngLat.lat));
    this.fields.spot?.addEventListener("change", () => this.choose());
    for (const name of ["lon", "lat", "datum"]) this.fields[name].addEventListener("input", () => this.show());
    this.show(true);
  }

  preparePlain() {
    const known = [...this.view.state.points.map((point) => point.at), ...Object.values(this.spots)];
    this.view.plain.focus(known.length ? known : [[113.06, 27.79]]);
    this.view.plain.svg.addEventListener("click", (event) => this.fill(...this.view.plain.placeUnder(event.clientX, event.clientY)));
  }

  /* The map was used: its numbers are WGS-84. */
  fill(lon, lat) {
    this.fields.lon.value = lon.toFixed(DIGITS);
    this.fields.lat.value = lat.toFixed(DIGITS);
    this.fields.datum.value = "wgs84";
    if (this.details) this.details.open = true;
    this.show();
  }

  /* A known place has its own point: what was typed before does not count any more. */
  choose() {
    if (this.spots[this.fields.spot.value]) {
      this.fields.lon.value = "";
      this.fields.lat.value = "";
    }
    this.show(true);
  }

  /* The point that the form means now; null when it means none, or one of another datum that only the server converts. */
  at() {
    const { lon, lat, datum, spot } = this.fields;
    if (!lon.value && !lat.value) return this.spots[spot?.value] ?? null;
    const point = [Number(lon.value), Number(lat.value)];
    const sound = lon.value && lat.value && Math.abs(point[0]) <= 180 && Math.abs(point[1]) <= 90;
    return sound && datum.value === "wgs84" ? point : null;
  }

  show(centre = false) {
    const point = this.at();
    if (this.view.plain) {
      this.view.plain.show(EMPTY, this.view.state.points, point ? { at: point } : null);
      return;
    }
    if (!point) {
      this.marker?.remove();
      this.marker = null;
      return;
    }
    this.marker ??= this.makeMarker(point);
    this.marker.setLngLat(point);
    if (centre) this.view.map.jumpTo({ center: point, zoom: Math.max(12, this.view.map.getZoom()) });
  }

  makeMarker(point) {
    const element = siteElement(document.getElementById("pick-icon"), "");
    element.removeAttribute("title");
    const marker = new maplibre.Marker({ element, draggable: true, anchor: "bottom", offset: [0, -8] });
    marker.on("dragend", () => this.fill(marker.getLngLat().lng, marker.getLngLat().lat));
    return marker.setLngLat(point).addTo(this.view.map);
  }
}

document.addEventListener("muster:map-ready", (event) => {
  const home = event.target;
  if (!("pick" in home.dataset)) return;
  new Picker(home, event.detail);
  home.dataset.picks = "yes";
});
