/* The style of the ground, over our own GeoJSON or over vector tiles. No outside tile, glyph or sprite: texts are drawn
   locally. Order from below: land, fields, relief, houses, water, borders, roads by class, bridges, railway, names. */

import { palette } from "muster/map_palette.js";
import { nameOf, placesOf } from "muster/map_schema.js";

export { palette };

const FONT = ["Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];
const FAR = 9;
const NEAR = 16;

const width = (far, near) => ["interpolate", ["exponential", 1.5], ["zoom"], FAR, far, NEAR, near];
const fadeIn = (from, full = 1) => ["interpolate", ["linear"], ["zoom"], from, 0, from + 0.6, full];

// class, width from far to near, edge on both sides together, first zoom
const ROADS = [
  ["track", [0.35, 4.5], 0, 11.8], ["minor", [0.5, 9], [0.5, 2.4], 11], ["secondary", [1.1, 13], [0.8, 3], 9],
  ["primary", [1.6, 17], [0.9, 3.4], 8], ["trunk", [1.9, 19], [1, 3.6], 6], ["motorway", [2.1, 20], [1, 3.8], 5],
];

function layersOf(places, name, id, rest) {
  return places(name).map((place, index) => ({ id: index ? `${id}-${index + 1}` : id, ...rest, ...place }));
}

const fills = (places, name, id, paint, rest = {}) => layersOf(places, name, id, { type: "fill", paint, ...rest });

function lines(places, name, id, color, size, { paint = {}, cap = "round", ...rest } = {}) {
  return layersOf(places, name, id, {
    type: "line", layout: { "line-cap": cap, "line-join": "round" }, paint: { "line-color": color, "line-width": size, ...paint }, ...rest,
  });
}

function words(places, name, id, en, color, halo, size, layout = {}, rest = {}) {
  return layersOf(places, name, id, {
    type: "symbol", ...rest,
    layout: { "text-field": nameOf(en), "text-font": FONT, "text-size": size, "text-padding": 4, "text-max-width": 12, ...layout },
    paint: { "text-color": color, "text-halo-color": halo, "text-halo-width": 1.8 },
  });
}

function ground(places, c) {
  return [
    ...fills(places, "land", "towns", { "fill-color": c.land, "fill-antialias": false }),
    ...fills(places, "field", "fields", { "fill-color": c.field, "fill-opacity": fadeIn(9.8) }), ...fills(places, "wood", "woods", { "fill-color": c.wood }),
    ...fills(places, "built", "built", { "fill-color": c.built }), ...fills(places, "park", "parks", { "fill-color": c.park }),
  ];
}

function water(places, c) {
  return [
    ...fills(places, "water", "water", { "fill-color": c.water }),
    ...lines(places, "water", "shore", c.shore, width(0.7, 2.2)),
    ...lines(places, "waterway", "waterways", c.water, width(0.8, 8)),
  ];
}

function roads(places, c) {
  const shown = ROADS.flatMap(([name, [far, near], edge, minzoom]) => {
    if (!edge) return { name, size: width(far, near), minzoom };
    return { name, size: width(far, near), edge: width(far + edge[0], near + edge[1]), minzoom };
  });
  const rails = width(2.6, 24); // outer edges of the two rails of a bridge
  return [
    ...shown.filter((road) => road.edge).flatMap((road) => lines(places, road.name, `${road.name}-edge`, c[`${road.name}Edge`], road.edge, { minzoom: road.minzoom })),
    ...lines(places, "bridge", "bridge-rails", c.bridge, rails, { cap: "butt", minzoom: 10.5 }),
    ...shown.flatMap((road) => lines(places, road.name, road.name, c[road.name], road.size, { minzoom: road.minzoom, paint: { "line-opacity": fadeIn(road.minzoom) } })),
    ...lines(places, "rail", "rail", c.rail, width(2, 6)),
    ...lines(places, "rail", "rail-gaps", c.railGap, width(1, 4), { cap: "butt", paint: { "line-dasharray": [4, 4] } }),
  ];
}

/* The later a layer, the sooner its names are placed: towns first, roads last. */
function names(places, c, en) {
  const along = { "symbol-placement": "line" };
  return [
    ...words(places, "roadName", "road-names", en, c.road, c.halo, 11, { ...along, "text-letter-spacing": 0.05, "symbol-spacing": 210 }, { minzoom: 11.4 }),
    ...words(places, "village", "village-names", en, c.village, c.halo, 12, {}, { minzoom: 12 }),
    ...words(places, "lakeName", "lake-names", en, c.river, c.halo, 12, {}, { minzoom: 11.8 }),
    ...words(places, "waterName", "water-names", en, c.river, c.halo, 16, { ...along, "text-letter-spacing": en ? 0.08 : 0.5, "symbol-spacing": 460, "text-size": ["match", ["coalesce", ["get", "kind"], ["get", "class"], ""], "river", 16, 12] }, { minzoom: 10 }),
    ...words(places, "town", "town-names", en, c.text, c.halo, 15, { "text-letter-spacing": en ? 0 : 0.08, "text-padding": 8 }),
  ];
}

function relief(source, c) {
  return {
    id: "relief", type: "hillshade", source,
    paint: {
      "hillshade-illumination-direction": 315, "hillshade-illumination-anchor": "map", "hillshade-exaggeration": 0.5,
      "hillshade-shadow-color": c.shade, "hillshade-highlight-color": c.light, "hillshade-accent-color": c.accent,
    },
  };
}

/* Pictures cover the own ground: where one does not come, the ground under it is seen. */
function pictures(source, dark) {
  const night = dark ? { "raster-brightness-max": 0.62, "raster-saturation": -0.4 } : {};
  return [{ id: "pictures", type: "raster", source, paint: { "raster-fade-duration": 0, ...night } }];
}

/* A style. `layers` {slug: GeoJSON} is always there; `choice` says what else there is: `base` {source, layers} of vector
   tiles that stand in for it, `raster` {source}: pictures above the ground, `relief` {source}; `sources` of these. */
export function groundStyle(layers, dark, en, choice = {}) {
  const c = palette(dark);
  const sources = { ...choice.sources };
  for (const [slug, data] of Object.entries(layers)) sources[slug] = { type: "geojson", data };
  const places = placesOf(choice.base ?? null, sources);
  const border = lines(placesOf(null, sources), "border", "borders", c.border, 1.2, { cap: "butt", paint: { "line-dasharray": [5, 2, 1, 2] } });
  const background = { id: "outside", type: "background", paint: { "background-color": choice.base ? c.land : c.outside } };
  const drawn = [
    background, ...ground(places, c), ...(choice.relief ? [relief(choice.relief.source, c)] : []), ...water(places, c),
    ...fills(places, "building", "buildings", { "fill-color": c.building, "fill-outline-color": c.buildingEdge, "fill-opacity": fadeIn(11.6) }, { minzoom: 11.6 }),
    ...(choice.base ? lines(places, "border", "tile-borders", c.border, 0.8, { cap: "butt", paint: { "line-dasharray": [5, 2, 1, 2] } }) : []),
    ...border, ...roads(places, c), ...names(places, c, en), ...(choice.raster ? pictures(choice.raster.source, dark) : []),
  ];
  return { version: 8, sources, layers: drawn };
}
