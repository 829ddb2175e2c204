/* The offline map: <div class="map" data-map="/map/layers.json" [data-live=… | data-points=…]>.

   data-live: JSON {site, points, people} asked again at most once a second when the live page says something changed, and
   every data-renew seconds; with `sites` instead of a site the points are several incidents;
   data-points: a GeoJSON FeatureCollection of points, shown once. Works without WebGL as a still drawing. */

import * as maplibre from "maplibre-gl";
import { styleChoice } from "muster/map_bases.js";
import { askChoices, ChoicePanel, Choices } from "muster/map_choices.js";
import { bearing, declutter, pinElement, provideImage, ring, siteElement } from "muster/map_marks.js";
import { addOverlays, switchOverlays } from "muster/map_overlays.js";
import { PlainMap } from "muster/map_plain.js";
import { groundStyle } from "muster/map_style.js";

const EMPTY = { type: "FeatureCollection", features: [] };
const isDark = () => document.documentElement.dataset.bsTheme === "dark";
const getJson = async (url) => {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
};

function hasWebGL() {
  const canvas = document.createElement("canvas");
  return canvas.getContext("webgl2") !== null;
}

class DistrictMap {
  constructor(home, ground, choices) {
    this.choices = choices;
    this.home = home;
    this.en = home.dataset.lang === "en";
    this.layers = Object.fromEntries(ground.layers.map((layer) => [layer.slug, layer.geojson]));
    this.markers = [];
    this.state = { people: EMPTY, points: ground.points, site: null };
    this.framed = false;
  }

  async draw() {
    if (!hasWebGL()) {
      const shown = this.choices.overlays.filter((overlay) => this.choices.isOn(overlay));
      const overlays = await Promise.all(shown.map((overlay) => getJson(overlay.url)));
      this.plain = new PlainMap(this.home, this.layers, isDark(), overlays.flatMap((overlay) => overlay.features));
      this.note();
      return;
    }
    this.map = new maplibre.Map({
      container: this.home, style: await this.style(), ...this.start(), attributionControl: false,
      localIdeographFontFamily: false, dragRotate: false, pitchWithRotate: false, locale: this.locale(), fadeDuration: 0,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new maplibre.ScaleControl({ maxWidth: Math.max(80, this.home.clientWidth / 8) }), "top-left");
    this.map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    this.map.setMissingStyleImageResolver((id) => provideImage(this.map, id));
    this.map.on("style.load", () => this.addOurs());
    this.map.on("zoomend", () => this.spread());
    this.map.on("resize", () => this.spread());
    document.addEventListener("muster:theme", () => this.restyle());
    if (this.choices.any) this.map.addControl(new ChoicePanel(this.choices, (what) => this.choose(what)), "top-right");
    this.showCredit();
    await this.map.once("load");
  }

  async style() {
    return groundStyle(this.layers, isDark(), this.en, await styleChoice(this.choices, this.choices.ground));
  }

  /* Where the map opens before anything is framed: the district, or the middle of the map that stands in for it. */
  start() {
    const bounds = this.choices.chosen?.bounds;
    return bounds && !this.layers.towns ? { bounds } : { center: [113.06, 27.79], zoom: 10.6 };
  }

  async restyle() {
    this.map.setStyle(await this.style(), { diff: false });
  }

  async choose(what) {
    if (what === "layers") {
      switchOverlays(this.map, this.choices);
      return;
    }
    await this.restyle();
    this.showCredit();
  }

  showCredit() {
    this.credit ??= Object.assign(document.createElement("p"), { className: "map-credit" });
    this.credit.textContent = this.choices.credit;
    this.credit.hidden = !this.choices.credit;
    this.home.append(this.credit);
  }

  locale() {
    const { zoomIn, zoomOut } = this.home.dataset;
    return zoomIn ? { "NavigationControl.ZoomIn": zoomIn, "NavigationControl.ZoomOut": zoomOut } : {};
  }

  note() {
    if (!this.home.dataset.plainText) return;
    const note = document.createElement("p");
    note.className = "map-note";
    note.textContent = this.home.dataset.plainText;
    this.home.append(note);
  }

  addOurs() {
    if (this.map.getSource("people")) return;
    const source = (data) => ({ type: "geojson", data });
    addOverlays(this.map, this.choices, isDark());
    this.map.addSource("zone", source(EMPTY));
    this.map.addSource("airspace", source(EMPTY));
    this.map.addSource("people", source(EMPTY));
    const ink = getComputedStyle(document.documentElement);
    const color = (name) => ink.getPropertyValue(name).trim();
    this.map.addLayer({ id: "airspace", type: "line", source: "airspace", paint: { "line-color": color("--warn"), "line-width": 2, "line-dasharray": [4, 3] } });
    this.map.addLayer({ id: "zone", type: "fill", source: "zone", paint: { "fill-pattern": "hatch", "fill-opacity": 0.75 } });
    this.map.addLayer({ id: "zone-edge", type: "line", source: "zone", paint: { "line-color": color("--fill-bad"), "line-width": 1.5 } });
    this.map.addLayer({
      id: "people", type: "symbol", source: "people",
      layout: {
        "icon-image": ["concat", "state-", ["get", "state"]], "icon-allow-overlap": true, "icon-ignore-placement": true,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.5, 13, 0.85], "icon-rotate": ["coalesce", ["get", "heading"], 0],
        "symbol-sort-key": ["match", ["get", "state"], "checked_in", 4, "en_route", 3, "accepted", 2, 1],
      },
    });
    this.show();
  }

  take(state) {
    for (const feature of state.people.features) {
      const { properties, geometry } = feature;
      properties.state ??= "accepted";
      if (properties.state === "en_route" && properties.to) properties.heading = bearing(geometry.coordinates, properties.to);
    }
    this.state = { ...this.state, ...state };
    this.show();
    this.frame();
  }

  frame() {
    if (this.framed) return;
    const { site, points, people } = this.state;
    const found = people.features.map((feature) => feature.geometry.coordinates);
    const spots = site || this.state.sites ? [...(site ? [site.at] : []), ...points.map((point) => point.at)] : found;
    if (spots.length === 0) return;
    this.framed = true;
    if (this.plain) {
      this.plain.focus(spots);
      this.show();
      return;
    }
    const bounds = spots.reduce((all, spot) => all.extend(spot), new maplibre.LngLatBounds(spots[0], spots[0]));
    this.map.fitBounds(bounds, { padding: { top: 60, bottom: 90, left: 60, right: 60 }, maxZoom: 13.4, animate: false });
  }

  show() {
    const { people, points, site } = this.state;
    if (this.plain) {
      this.plain.show(people, points, site);
      return;
    }
    if (!this.map.getSource("people")) return;
    const flags = site?.flags ?? [];
    const rings = (flag, metres) => ({
      ...EMPTY, features: (this.state.sites ?? [site]).filter((one) => one?.flags.includes(flag)).map((one) => ring(one.at, metres)),
    });
    this.map.getSource("people").setData(people);
    this.map.getSource("zone").setData(rings("live_zone", 320));
    this.map.getSource("airspace").setData(rings("controlled_airspace", 900));
    this.pins(points, site, flags);
  }

  spread() {
    declutter(this.markers.map((marker) => marker.getElement()).filter((one) => one.classList.contains("pin")));
  }

  pins(points, site, flags) {
    const key = JSON.stringify([points, site]);
    if (key === this.pinKey) return;
    this.pinKey = key;
    this.markers.forEach((marker) => marker.remove());
    const { arrivedText = "{n}", liveZoneText = "", siteText = "" } = this.home.dataset;
    const put = (element, at, options = {}) => new maplibre.Marker({ element, ...options }).setLngLat(at).addTo(this.map);
    const lons = points.map((point) => point.at[0]);
    const middle = Math.min(...lons) * 0.35 + Math.max(...lons) * 0.65;
    this.markers = points.map((point) => {
      const count = point.arrived === undefined ? "" : arrivedText.replace("{n}", point.arrived);
      const pin = pinElement(point.letter, this.en ? point.en : point.zh, count);
      const east = point.at[0] > middle; // the text opens towards the middle of the picture
      pin.classList.toggle("pin-east", east);
      return put(pin, point.at, east ? { anchor: "right", offset: [11, 0] } : { anchor: "left", offset: [-11, 0] });
    });
    this.spread();
    if (!site) return;
    this.markers.push(put(siteElement(document.getElementById("site-icon"), siteText), site.at, { anchor: "bottom", offset: [0, -8] }));
    if (flags.includes("live_zone")) {
      const label = document.createElement("div");
      label.className = "zone-label";
      label.textContent = liveZoneText;
      this.markers.push(put(label, site.at, { anchor: "top", offset: [0, 24] }));
    }
  }
}

async function follow(view, url) {
  let busy = false;
  let again = false;
  const refresh = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      view.take(await getJson(url));
    } catch (problem) {
      console.warn("map", problem.message); // the live page says when the link is lost; the old picture stays
    }
    window.setTimeout(() => {
      busy = false;
      if (again) {
        again = false;
        refresh();
      }
    }, 1000);
  };
  document.addEventListener("muster:changed", refresh);
  if (view.home.dataset.renew) window.setInterval(refresh, Number(view.home.dataset.renew) * 1000);
  await refresh();
}

async function start(home) {
  const [ground, choices] = await Promise.all([getJson(home.dataset.map), askChoices()]);
  const view = new DistrictMap(home, ground, new Choices(choices));
  await view.draw();
  if (home.dataset.live) await follow(view, home.dataset.live);
  else if (home.dataset.points) view.take({ people: await getJson(home.dataset.points) });
  // Other modules lay their own shapes over the map: they wait for this.
  home.dispatchEvent(new CustomEvent("muster:map-ready", { detail: view, bubbles: true }));
  home.dataset.ready = "yes";
}

document.querySelectorAll("[data-map]").forEach((home) => start(home));
